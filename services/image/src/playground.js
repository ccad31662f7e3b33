// Tries POST /v1/render. What a document said, on its console for one, is written as text.

import { byId, bytes, curl, el, foreign, milliseconds, number, percent, problem, send, stages } from './show.js';

const PATH = 'v1/render';

const SAMPLE = `<style>
  body {
    margin: 0; height: 100vh;
    display: grid; place-content: center;
    font: 500 30px/1.4 system-ui, sans-serif;
    text-align: center;
    color: #1c1c28; background: #e6e9ff;
  }
  h1 { font-size: 76px; margin: 0 0 18px }
  p { margin: 0; color: #5b5b78 }
  @media (prefers-color-scheme: dark) {
    body { color: #eef; background: #1a1a33 }
    p { color: #a9a9cc }
  }
</style>
<h1>Beelink SER5 MAX</h1>
<p>Ryzen 7 5800H · 32 GB · 500 GB SSD</p>
`;

const value = (name) => byId('render-' + name).value;

function wanted() {
  const request = {
    html: value('html'), width: Number(value('width')), height: Number(value('height')),
    scale_factor: Number(value('scale')), image_format: value('format'),
  };
  if (request.image_format !== 'png') request.quality = Number(value('quality'));
  if (value('scheme')) request.color_scheme = value('scheme');
  return request;
}

/** What is wrong with the picture, in words; none is the best answer. */
function findings(report) {
  const list = (name, values) => (values?.length ? [[name, values.map((each) => (typeof each === 'string' ? each : each.url + ' (' + each.reason + ')'))]] : []);
  return [
    ...(report.blank ? [['blank', ['every pixel is the same']]] : []),
    ...list('fonts that did not come', report.fonts_failed),
    ...list('fonts that are not installed', report.fonts_fallen_back),
    ...list('files that did not come', report.resources_failed),
    ...list('console errors', report.console_errors),
    ...list('exceptions', report.page_errors),
    ...(report.truncated ? [['truncated', ['the page is larger than the picture: ' + report.content_width + ' × ' + report.content_height]]] : []),
    ...list('not ready in time', report.warnings),
  ];
}

function integrity(report) {
  const found = findings(report);
  const rows = found.flatMap(([name, values]) => [el('dt', {}, name), el('dd', {}, values.slice(0, 8).map((each) => el('div', {}, foreign(each, 200))))]);
  return el('div', {}, el('div', { class: 'head' }, el('h2', {}, 'Integrity'), el('span', { class: 'tag' + (found.length ? ' bad' : ''), id: 'render-integrity' }, found.length ? found.length + ' found' : 'nothing wrong')),
    found.length ? el('dl', { class: 'pairs' }, rows) : null,
    el('p', { class: 'hint' }, percent(report.blank_ratio) + ' of the pixels have the commonest colour.'));
}

function picture(answer) {
  const size = Math.floor((answer.image_base64.length * 3) / 4) - (answer.image_base64.endsWith('==') ? 2 : answer.image_base64.endsWith('=') ? 1 : 0);
  const facts = `${answer.actual_width} × ${answer.actual_height} px · ${bytes(size)} · ${number(answer.generation_time_ms)} ms`;
  return [
    el('img', { class: 'shot', id: 'render-picture', src: 'data:' + answer.content_type + ';base64,' + answer.image_base64, width: answer.actual_width, height: answer.actual_height, alt: 'the document as a picture' }),
    el('p', { id: 'render-facts' }, facts),
    stages(answer.timings),
    integrity(answer.report),
  ];
}

async function render(event) {
  event?.preventDefault();
  if (!byId('render-form').reportValidity()) return;
  const [request, go] = [wanted(), byId('render-go')];
  go.disabled = true;
  byId('render-state').textContent = 'Rendering…';
  const started = performance.now();
  const answer = await send(PATH, request);
  go.disabled = false;
  byId('render-state').textContent = 'Answered after ' + milliseconds(performance.now() - started) + '.';
  byId('render-result').replaceChildren(...(answer.error ? [problem(answer)] : picture(answer.body)));
  byId('render-curl').replaceChildren(curl(PATH, request));
  byId('render-curl').hidden = false;
}

byId('render-html').value = SAMPLE;
byId('render-form').addEventListener('submit', render);
byId('render-format').addEventListener('change', () => (byId('render-quality').disabled = value('format') === 'png'));
byId('render-html').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) render(event);
});
