// Tries POST /v1/extract. Whatever a shop says is written as text.

import { byId, curl, el, foreign, link, milliseconds, percent, problem, send, stages, table } from './show.js';

const PATH = 'v1/extract';

function wanted() {
  const html = byId('extract-html').value;
  const request = { url: byId('extract-url').value.trim(), timeout_s: Number(byId('extract-timeout').value) || 20, include_screenshot: true };
  if (html.trim()) request.html = html;
  return request;
}

function money(amount, currency) {
  try {
    return amount.toLocaleString('en', { style: 'currency', currency });
  } catch {
    return amount + ' ' + (currency ?? '');
  }
}

const words = (value) => String(value).replaceAll('_', ' ');

function pairs(entries) {
  const known = entries.filter(([, value]) => value !== null && value !== undefined && value !== '');
  return el('dl', { class: 'pairs' }, known.flatMap(([name, value]) => [el('dt', {}, foreign(name, 80)), el('dd', {}, value instanceof Node ? value : foreign(value))]));
}

function confidence(value) {
  const meter = el('meter', { min: 0, max: 1, low: 0.5, high: 0.8, optimum: 1, value, 'aria-label': 'confidence' });
  return el('div', {}, el('span', { class: 'label' }, 'Probability that title, price and currency are all right'),
    el('div', { class: 'confidence' }, meter, el('strong', { id: 'extract-confidence' }, percent(value))));
}

function product(found) {
  const facts = [
    ['Marketplace', found.marketplace], ['Quality', found.quality],
    ['Availability', found.availability && words(found.availability)], ['Condition', found.condition],
    ['List price', found.list_price === null ? null : money(found.list_price, found.currency)], ['Seller', found.seller], ['Manufacturer', found.manufacturer],
    ['Model', found.model_number], ['Item', found.vendor_item_id], ['SKU', found.sku], ['GTIN', found.gtin],
    ['Missing', found.missing_fields.join(', ')],
    ['Pictures', found.images.length ? el('span', {}, found.images.length + ', the main one ', link(found.images[0])) : null],
    ['Address', link(found.final_url)],
  ];
  const specs = Object.entries(found.specs);
  return [
    el('h2', { id: 'extract-title' }, foreign(found.title, 600)),
    el('p', { class: 'price' }, found.price === null ? 'No price' : money(found.price, found.currency)),
    confidence(found.extraction_confidence),
    pairs(facts),
    specs.length ? el('details', {}, el('summary', {}, specs.length + ' properties'), pairs(specs.map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : value]))) : null,
    el('details', {}, el('summary', {}, 'The whole answer'), el('pre', { tabindex: '0' }, JSON.stringify({ ...found, screenshot: found.screenshot && '…' }, null, 2).slice(0, 60000))),
  ];
}

function provenance(found) {
  const columns = [['Field', ''], ['Found by', ''], ['Where', ''], ['Sure', 'n'], ['Agreeing', ''], ['Passed over', '']];
  const rows = Object.entries(found.extraction_metadata).map(([field, how]) => [
    field, words(how.source), el('code', {}, foreign(how.place, 120)), percent(how.confidence), how.agreeing.map(words).join(', '),
    (how.alternatives ?? []).length ? el('span', {}, how.alternatives.map((other) => el('span', { class: 'sub' }, foreign(other.value, 60), ' · ' + words(other.source)))) : '–',
  ]);
  return [el('h2', {}, 'Where it was found'), table(columns, rows)];
}

function shot(found) {
  if (found.screenshot) {
    return el('img', { class: 'shot', id: 'extract-picture', src: 'data:image/jpeg;base64,' + found.screenshot, alt: 'the page as the browser showed it, without pictures' });
  }
  return el('p', { class: 'empty' }, 'None: the page was brought along, or there was no time for it.');
}

const put = (id, ...children) => {
  byId(id).replaceChildren(...children.flat().filter(Boolean));
  byId(id).hidden = false;
};

async function extract(event) {
  event.preventDefault();
  const [request, go] = [wanted(), byId('extract-go')];
  go.disabled = true;
  byId('extract-state').textContent = 'Reading the page…';
  const started = performance.now();
  const answer = await send(PATH, request);
  go.disabled = false;
  byId('extract-state').textContent = 'Answered after ' + milliseconds(performance.now() - started) + '.';
  byId('extract-result').hidden = Boolean(answer.error);
  byId('extract-provenance').hidden = Boolean(answer.error);
  if (answer.error) {
    put('extract-provenance', problem(answer));
  } else {
    put('extract-product', product(answer.body));
    put('extract-shot', shot(answer.body));
    put('extract-timings', stages(answer.body.timings));
    put('extract-provenance', provenance(answer.body));
  }
  put('extract-curl', curl(PATH, request));
}

byId('extract-form').addEventListener('submit', extract);
