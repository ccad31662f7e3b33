// The status page: asks for the figures every two seconds while anybody looks, and writes them down.

import { address, bytes, byId, el, fill, foreign, milliseconds, number, percent, spark, span, table } from './show.js';

const EVERY = 2000;
let last = null;
const LIMIT = 5000;

const HEALTH = { healthy: 'good', degraded: 'warn', unhealthy: 'bad' };
const STATES = { serving: 'good', warming: 'warn', silent: 'bad', down: 'bad' };

function live(kind, text) {
  byId('live').firstElementChild.className = 'dot ' + kind;
  if (byId('live-text').textContent !== text) byId('live-text').textContent = text;
}

const clock = (time) => time.slice(11, 19);

function headline({ health }) {
  const draining = health.phase !== 'serving';
  byId('health-dot').className = 'dot large ' + (draining ? 'warn' : (HEALTH[health.status] ?? ''));
  const name = draining ? health.phase : health.status;
  const text = name.charAt(0).toUpperCase() + name.slice(1);
  if (byId('health-status').textContent !== text) byId('health-status').textContent = text;
  byId('health-reason').textContent = health.reason.charAt(0).toUpperCase() + health.reason.slice(1) + '.';
  document.title = (health.status === 'healthy' ? '' : text + ' · ') + document.querySelector('.brand span').textContent;
}

function facts(now) {
  const chromium = (now.chromium ?? 'unknown').replace(/^.*\//, '');
  const pairs = [
    ['Version', now.version + (now.revision === 'unknown' ? '' : ' · ' + now.revision.slice(0, 9))],
    ['Chromium', chromium],
    ['Sandbox', now.sandbox ? 'on' : el('strong', { class: 'bad' }, 'off')],
    ['Memory', bytes(now.memory.browsers + (now.memory.service ?? 0))],
    ['Uptime', span(now.uptime_s)],
  ];
  byId('facts').replaceChildren(...pairs.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))));
}

const peak = (values, write) => {
  const known = values.filter((value) => value !== null);
  return known.length ? 'peak ' + write(Math.max(...known)) : '';
};

const tile = (name, most, figure, unit, note, curve) =>
  el('section', { class: 'tile' }, el('div', { class: 'tile-head' }, el('h2', {}, name), el('span', {}, most)), el('p', { class: 'figure' }, figure, unit && el('small', {}, unit)), el('p', { class: 'note' }, note), curve);

function tiles({ requests, queue, pages, series }) {
  const { all } = requests;
  const failed = all.failed_site + all.failed_service;
  const waits = queue.wait_p95_ms === null ? '' : ' · p95 wait ' + milliseconds(queue.wait_p95_ms);
  const perMinute = series.requests.map((count) => (count * 60) / series.step_s);
  const [p95, unit] = milliseconds(all.p95_ms).split(' ');
  byId('tiles').replaceChildren(
    tile('Requests', peak(perMinute, number), number(all.per_minute), 'per minute', `${number(requests.in_flight)} in flight · ${percent(all.success_ratio)} succeed`, spark(perMinute, 'requests per minute over five minutes')),
    tile('Latency, p95', peak(series.p95_ms, milliseconds), p95, unit, `p50 ${milliseconds(all.p50_ms)} · p99 ${milliseconds(all.p99_ms)}`, spark(series.p95_ms, 'p95 latency over five minutes')),
    tile('Pages in use', peak(series.pages_in_use, number), number(pages.in_use), 'of ' + pages.size, `${number(queue.depth)} waiting${waits}`, spark(series.pages_in_use, 'pages in use over five minutes')),
    tile('Failures', '', number(failed), 'in ' + Math.max(1, Math.round(requests.window_s / 60)) + ' min', `${number(all.failed_service)} the service’s · ${number(all.failed_site)} the sites’`, spark(series.failures, 'failures over five minutes', failed ? 'bad' : '')),
  );
}

function endpoints({ requests }) {
  const columns = [['Endpoint', ''], ['per min', 'n'], ['Success', 'n'], ['p50', 'n'], ['p95', 'n'], ['p99', 'n']];
  const rows = requests.endpoints.map((of) => [
    el('code', {}, of.endpoint), number(of.per_minute), percent(of.success_ratio), ...[of.p50_ms, of.p95_ms, of.p99_ms].map(milliseconds),
  ]);
  fill(byId('endpoints'), table(columns, rows));
  byId('window').textContent = 'last ' + span(requests.window_s);
}

function errors({ errors }) {
  const most = Math.max(1, ...errors.by_type.map((of) => of.count));
  const rows = errors.by_type.map((of) => {
    const fillOf = el('span', { class: 'fill ' + of.fault });
    fillOf.style.width = (100 * of.count) / most + '%';
    return el('li', {}, el('span', {}, el('code', {}, of.error_type), ' ', el('span', { class: 'hint' }, 'the ' + of.fault + '’s')), el('strong', {}, number(of.count)), el('span', { class: 'track' }, fillOf));
  });
  fill(byId('errors'), rows.length ? el('ul', { class: 'bars' }, rows) : el('p', { class: 'empty' }, 'None.'));
  byId('errors-window').textContent = 'last ' + span(errors.window_s);
}

function browsers({ browsers, pages, memory }) {
  const columns = [['Generation', ''], ['State', ''], ['Draws', ''], ['Age', 'n'], ['Pages in use', 'n'], ['Requests served', 'n'], ['Memory', 'n']];
  const rows = browsers.map((of) => [
    of.generation === null ? '–' : '#' + of.generation,
    el('span', { class: 'state' }, el('i', { class: 'dot ' + (STATES[of.state] ?? '') }), of.state),
    of.is_framed ? 'inert documents, frame by frame' : 'any document',
    span(of.age_s), number(of.pages_in_use), number(of.requests_served),
    of.memory_bytes ? bytes(of.memory_bytes) + ' · ' + of.processes + ' processes' : 'not measured yet',
  ]);
  fill(byId('browsers'), table(columns, rows));
  byId('pages-note').textContent = `${pages.available} of ${pages.size} pages free · browsers ${bytes(memory.browsers)}, service ${bytes(memory.service)}`;
}

function failures({ failures, time }) {
  byId('failures-note').textContent = 'the newest first, with the id that is in the log · it is ' + clock(time) + ' UTC';
  const columns = [['Time, UTC', 'nowrap'], ['Error', ''], ['Endpoint', ''], ['Took', 'n'], ['Page', ''], ['Request', '']];
  const rows = failures.map((of) => [
    el('time', { datetime: of.time, title: of.time }, clock(of.time)),
    el('span', {}, el('span', { class: 'tag' + (of.fault === 'service' ? ' bad' : '') }, of.status + ' ' + of.error_type),
      (of.stage || of.verdict) && el('span', { class: 'sub' }, of.stage ? 'in stage ' + of.stage : of.verdict)),
    el('code', {}, of.endpoint), milliseconds(of.took_ms), of.url === null ? '–' : foreign(of.url, 120), el('code', {}, foreign(of.request_id, 128)),
  ]);
  fill(byId('failures'), rows.length ? table(columns, rows, 'folds lines') : el('p', { class: 'empty' }, 'None since the start.'));
}

async function look() {
  const answer = await fetch(address('status'), { cache: 'no-store', signal: AbortSignal.timeout(LIMIT) });
  if (!answer.ok) throw new Error(answer.status === 401 ? 'no longer takes the token, load the page again' : 'answered ' + answer.status);
  const now = await answer.json();
  for (const part of [headline, facts, tiles, endpoints, errors, browsers, failures]) part(now);
  last = now.time;
  byId('status').classList.remove('stale');
  live('good', 'live');
}

/** A service that says nothing must not look as it did when it was well. */
function silent(failure) {
  const answered = failure.name === 'Error';
  const name = answered ? 'No figures' : 'No answer';
  live('bad', answered ? failure.message : 'no answer');
  byId('status').classList.add('stale');
  byId('health-dot').className = 'dot large bad';
  byId('health-status').textContent = name;
  const since = last === null ? 'There were no figures yet' : 'The figures below are of ' + clock(last) + ' UTC';
  byId('health-reason').textContent = since + (answered ? '; the service ' + failure.message : '') + '.';
  document.title = name + ' · ' + document.querySelector('.brand span').textContent;
}

async function watch() {
  for (;;) {
    if (!document.hidden) {
      await look().catch(silent);
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY));
  }
}

function turn() {
  if (!['', '#status', '#playground'].includes(location.hash)) return;
  const wanted = location.hash === '#playground' && byId('playground') ? 'playground' : 'status';
  for (const view of ['status', 'playground']) {
    const section = byId(view);
    if (section) section.hidden = view !== wanted;
  }
  for (const item of document.querySelectorAll('nav [data-view]')) {
    if (item.dataset.view === wanted) item.setAttribute('aria-current', 'page');
    else item.removeAttribute('aria-current');
  }
  scrollTo(0, 0);
}

addEventListener('hashchange', turn);
turn();
watch();
