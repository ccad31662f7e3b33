# The images of both services: docker build --target ingestion . and docker build --target image .
# (docs/deployment/playwright-services-deployment.md). Both builders of Docker can do it: no mounts, no heredocs.
ARG BUILDER=rust:1.95-bookworm
ARG BASE=debian:bookworm-slim

# ---- the executables
FROM ${BUILDER} AS executables
# A folder of the build context with executables that were built outside, on the same Debian: then nothing is compiled, and
# BUILDER may be any Debian. By default a file that is here anyway.
ARG PREBUILT=Cargo.toml
ARG REVISION=unknown
WORKDIR /source
COPY deploy/image/executables.sh deploy/image/
COPY Cargo.toml Cargo.lock ./
COPY shared shared
COPY services services
COPY tools tools
COPY tests tests
COPY ${PREBUILT} /prebuilt/
RUN deploy/image/executables.sh /prebuilt /executables

# ---- the file system: the browser, fonts, certificates, a user
FROM ${BASE} AS rootfs
# As `apt-cache madison chromium-headless-shell` lists it; nothing: the newest
ARG CHROMIUM_VERSION
COPY deploy/image/rootfs.sh deploy/image/packages /rootfs.d/
RUN /rootfs.d/rootfs.sh /rootfs "${CHROMIUM_VERSION}"

# ---- what both images have in common: one layer on the disk for both
FROM scratch AS runtime
COPY --from=rootfs /rootfs/ /
ARG CHROMIUM_VERSION
ARG REVISION=unknown
# the workspace's, as a test checks
ARG VERSION=0.1.0
LABEL org.opencontainers.image.licenses="MIT OR Apache-2.0" \
  org.opencontainers.image.vendor="Deal Brain" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  dealbrain.chromium.version="${CHROMIUM_VERSION}"
# The browser's profiles are under /tmp: give it a tmpfs where the root is read-only.
ENV HOME=/tmp LANG=C.UTF-8 PLAYWRIGHT_LISTEN=0.0.0.0:8000 PLAYWRIGHT_LOG_FORMAT=json
# By number, so that an orchestrator can see that it is not root
USER 65532:65532
WORKDIR /
EXPOSE 8000
STOPSIGNAL SIGTERM

FROM runtime AS ingestion
LABEL org.opencontainers.image.title="playwright-ingestion" \
  org.opencontainers.image.description="Products from shops' pages, read in headless Chromium"
COPY --from=executables /executables/playwright-ingestion /usr/local/bin/
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["playwright-ingestion", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/playwright-ingestion"]

FROM runtime AS image
LABEL org.opencontainers.image.title="playwright-image" \
  org.opencontainers.image.description="Pictures of HTML, of pages and of cards, drawn by headless Chromium"
COPY --from=executables /executables/playwright-image /usr/local/bin/
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["playwright-image", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/playwright-image"]
