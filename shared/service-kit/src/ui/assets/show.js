// What the pages write with. Text goes in as text, whatever it says: nothing here reads markup.

const HERE = location.origin + location.pathname;

/** The address of something of this service, also where a proxy serves it below a path of its own. */
export const address = (path) => new URL(path, HERE).href;

export const byId = (id) => document.getElementById(id);

/** An element: attributes by name, children as elements or as text. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === 'onclick') element.addEventListener('click', value);
    else element.setAttribute(key, value === true ? '' : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

const LONGEST = 400;

/** Text of others: apart from its surroundings, whatever its direction, and no longer than fits. */
export function foreign(text, longest = LONGEST) {
  const all = String(text);
  if (all.length <= longest) return el('bdi', {}, all);
  return el('bdi', {}, all.slice(0, longest), '… (' + number(all.length) + ' characters)');
}

/** A link where it can be one: to a page of the web, without telling it where from. */
export function link(url) {
  const shown = foreign(url, 160);
  return /^https?:\/\//i.test(url) ? el('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, shown) : shown;
}

const written = new WeakMap();

/** Puts a child in place of what was there, unless it says the same: what somebody has selected stays so. */
export function fill(target, child) {
  if (written.get(target) === child.textContent) return;
  written.set(target, child.textContent);
  target.replaceChildren(child);
}

export const number = (value) => Math.round(value).toLocaleString('en').replaceAll(',', '\u202f');

export function milliseconds(value) {
  if (value === null || value === undefined) return '–';
  if (value === 0) return '< 1 ms';
  if (value < 10) return value.toFixed(1) + ' ms';
  return value < 10000 ? number(value) + ' ms' : (value / 1000).toFixed(1) + ' s';
}

export function bytes(value) {
  if (value === null || value === undefined) return '–';
  if (value < 1000) return value + ' B';
  if (value < 1e6) return (value / 1e3).toFixed(1) + ' kB';
  return value < 1e9 ? (value / 1e6).toFixed(value < 1e7 ? 1 : 0) + ' MB' : (value / 1e9).toFixed(2) + ' GB';
}

export function span(seconds) {
  if (seconds === null || seconds === undefined) return '–';
  const [days, hours, minutes] = [seconds / 86400, (seconds % 86400) / 3600, (seconds % 3600) / 60].map(Math.floor);
  if (days) return days + ' d ' + hours + ' h';
  if (hours) return hours + ' h ' + minutes + ' min';
  return minutes ? minutes + ' min ' + Math.floor(seconds % 60) + ' s' : Math.floor(seconds) + ' s';
}

export const percent = (ratio) =>
  ratio === null ? '–' : (ratio === 1 ? '100' : (Math.floor(ratio * 1000) / 10).toFixed(1)) + ' %';

/** A table whose rows fold into blocks on a phone, as `folds` says. Columns: name, class; cells: text or elements. */
export function table(columns, rows, folds = 'folds') {
  const head = columns.map(([name, kind]) => el('th', { scope: 'col', class: kind }, name));
  const body = rows.map((cells) =>
    el('tr', {}, cells.map((cell, at) => el('td', { class: (columns[at][1] + (cell === '–' ? ' none' : '')).trim(), 'data-label': columns[at][0] }, el('span', {}, cell)))),
  );
  return el('table', { class: folds }, el('thead', {}, el('tr', {}, head)), el('tbody', {}, body));
}

const SVG = 'http://www.w3.org/2000/svg';

/** A curve over its own area; gaps where there is no value. */
export function spark(values, says, kind = '') {
  const svg = document.createElementNS(SVG, 'svg');
  const [width, height] = [100, 40];
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('class', ('spark ' + kind).trim());
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', says);
  const known = values.filter((value) => value !== null);
  const most = Math.max(...known, 1e-9);
  const x = (at) => (values.length > 1 ? (at * width) / (values.length - 1) : 0);
  const y = (value) => height - 1.5 - (value / most) * (height - 6);
  let [line, area, begun] = ['', '', null];
  values.forEach((value, at) => {
    if (value === null) {
      if (begun !== null) area += `L${x(at - 1)} ${height}L${x(begun)} ${height}Z`;
      begun = null;
      return;
    }
    const point = `${begun === null ? 'M' : 'L'}${x(at).toFixed(2)} ${y(value).toFixed(2)}`;
    if (begun === null) begun = at;
    line += point;
    area += point;
  });
  if (begun !== null) area += `L${x(values.length - 1)} ${height}L${x(begun)} ${height}Z`;
  for (const [d, name] of [[area, 'area'], [line, '']]) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', d);
    if (name) path.setAttribute('class', name);
    svg.append(path);
  }
  return svg;
}

/** Where the time of a request went. */
export function stages(timings) {
  const parts = Object.entries(timings).filter(([name, took]) => name !== 'total' && took > 0);
  if (!parts.length) return el('p', { class: 'hint' }, 'Kept from an earlier request: nothing had to be done for it.');
  const names = Object.keys(timings);
  const bar = el('div', { class: 'stage-bar', 'aria-hidden': 'true' });
  for (const [name, took] of parts) {
    const part = el('span', { class: 's' + names.indexOf(name) });
    part.style.flexGrow = took;
    bar.append(part);
  }
  const legend = parts.map(([name, took]) =>
    el('span', {}, el('i', { class: 'swatch s' + names.indexOf(name) }), name + ' ' + milliseconds(took)),
  );
  return el('div', {}, bar, el('div', { class: 'legend' }, legend));
}

/** Sends a request of the playground; its answer, or what went wrong. */
export async function send(path, request) {
  try {
    const answer = await fetch(address(path), {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(request),
    });
    const body = await answer.json();
    return answer.ok ? { body } : { error: body, status: answer.status };
  } catch (failure) {
    return { error: { error_type: 'no answer', error_message: String(failure.message ?? failure) }, status: 0 };
  }
}

/** An error as the API says it. */
export function problem({ error, status }) {
  const more = [error.verdict && 'verdict ' + error.verdict, error.retriable ? 'may succeed later' : null, error.request_id && 'request ' + error.request_id];
  return el(
    'div',
    { class: 'problem', role: 'alert' },
    el('strong', {}, (status ? status + ' ' : '') + error.error_type),
    el('div', {}, foreign(error.error_message ?? '')),
    el('div', { class: 'hint' }, more.filter(Boolean).join(' · ')),
  );
}

const quoted = (text) => "'" + text.replaceAll("'", "'\\''") + "'";

/** The same request for a terminal, to be copied. */
export function curl(path, request) {
  const token = document.documentElement.dataset.token === 'needed' ? ' \\\n  -H "authorization: Bearer $TOKEN"' : '';
  const command = `curl -s ${address(path)}${token} \\\n  -H 'content-type: application/json' \\\n  -d ${quoted(JSON.stringify(request))}`;
  const code = el('pre', { tabindex: '0' }, command);
  const button = el('button', { class: 'quiet', type: 'button', onclick: () => copy(button, code) }, 'Copy');
  return el('div', {}, el('div', { class: 'head' }, el('span', { class: 'label' }, 'The same with curl'), button), code);
}

async function copy(button, code) {
  try {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = 'Copied';
  } catch {
    // Only pages that came over TLS or from this machine may write there: the text is selected instead.
    getSelection().selectAllChildren(code);
    button.textContent = 'Selected';
  }
  setTimeout(() => (button.textContent = 'Copy'), 1600);
}
