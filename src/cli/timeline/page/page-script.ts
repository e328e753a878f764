/**
 * Draws the chart, in the browser. Plain JavaScript as text: it is part of the page, not of this program. It builds elements and sets
 * their text, and never writes HTML. It is read as one script by a test, and run by another in a browser.
 */
export const pageScript = String.raw`'use strict';
(() => {
const data = JSON.parse(document.getElementById('data').textContent);
const $ = (id) => document.getElementById(id);
const make = (tag, name, parent) => {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (parent) parent.append(element);
  return element;
};
const said = new WeakMap();
/* Time that is worth drawing: long stretches in which nothing ran at all are shortened, when that is asked for. */
const all = data.lanes.flatMap((lane) => lane.bars).map(([from, length]) => [from, from + length]).sort((a, b) => a[0] - b[0]);
const idle = [];
let busyUntil = 0;
for (const [from, to] of [...all, [data.totalMs, data.totalMs]]) {
  if (from > busyUntil) idle.push([busyUntil, from]);
  busyUntil = Math.max(busyUntil, to);
}
const busyMs = data.totalMs - idle.reduce((sum, [from, to]) => sum + to - from, 0);
const cutMs = Math.max(1, busyMs * 0.12);
const cuts = idle.filter(([from, to]) => to - from > 2 * cutMs);
const hidden = cuts.reduce((sum, [from, to]) => sum + to - from - cutMs, 0);
let isCut = hidden > data.totalMs * 0.4;
const toDrawn = (ms) => {
  if (!isCut) return ms;
  let drawn = ms;
  for (const [from, to] of cuts) {
    if (ms >= to) drawn -= to - from - cutMs;
    else if (ms > from) drawn -= (ms - from) * (1 - cutMs / (to - from));
  }
  return drawn;
};
const whole = () => toDrawn(data.totalMs);
let view = [0, whole()];
const leastMs = () => Math.max(whole() / 20000, 0.5);

/* Durations, as short as the axis needs them. */
const trim = (text) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
const write = (ms) => {
  if (ms < 1) return '0';
  if (ms < 999.5) return Math.round(ms) + ' ms';
  if (ms < 59950) return trim((ms / 1000).toFixed(ms < 9995 ? 2 : 1)) + ' s';
  const parts = [];
  let rest = Math.round(ms / 1000);
  for (const [unit, size] of [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]]) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(count + ' ' + unit);
    rest -= count * size;
  }
  return parts.slice(0, 2).join(' ');
};
const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 15e3, 3e4, 6e4, 12e4, 3e5, 6e5, 9e5, 18e5, 36e5, 72e5, 108e5, 216e5, 432e5, 864e5, 1728e5, 6048e5];

const chart = $('chart'), map = $('map'), axis = $('axis'), grid = $('grid'), rows = $('rows'), facts = $('facts');
const tracks = [];
const addRow = (lane, label, look, kind, bars, gaps) => {
  const row = make('div', 'row', lane);
  make('b', '', row).textContent = label;
  tracks.push({ element: make('div', 'track ' + look, row), kind, bars, gaps });
};
for (const lane of data.lanes) {
  const group = make('div', 'lane', rows);
  if (data.lanes.length > 1) {
    const title = make('p', lane.status, group);
    title.textContent = lane.title;
    title.style.paddingLeft = Math.min(lane.depth, 4) * 14 + 'px';
  }
  /* Invocations side by side, as duplicates are, get a row each. */
  const layers = [];
  for (const bar of lane.bars) {
    /* The next one may begin while the one before still answers: that is not side by side. */
    const rim = Math.min(bar[1] / 5, 250);
    let layer = layers.find((other) => other.at(-1)[0] + other.at(-1)[1] <= bar[0] + rim);
    if (!layer) layers.push((layer = []));
    layer.push(bar);
  }
  if (!layers.length) layers.push([]);
  layers.forEach((layer, index) => addRow(group, index ? 'side by side' : 'invocations', 'inv', 'bar', layer, index ? [] : lane.gaps));
  for (const track of lane.tracks) addRow(group, track.name, '', track.kind === 'marks' ? 'mark' : 'bar', track.bars, track.gaps);
}

const place = (element, from, to) => {
  const [start, end] = view;
  element.style.left = ((Math.max(from, start) - start) / (end - start)) * 100 + '%';
  element.style.width = ((Math.min(to, end) - Math.max(from, start)) / (end - start)) * 100 + '%';
};
const drawTrack = ({ element, kind, bars, gaps }) => {
  const [width, [start, end]] = [element.clientWidth || 800, view];
  const scale = width / (end - start);
  const parts = [];
  const draw = (list, name) => {
    let lastPixel = -9, lastLook = '';
    for (const item of list) {
      const from = toDrawn(item[0]), to = toDrawn(item[0] + item[1]);
      if (to < start || from > end) continue;
      const pixel = Math.floor((to - start) * scale);
      /* What nobody could tell apart is drawn once. */
      if (pixel - lastPixel < 1 && lastLook === item[2]) continue;
      lastPixel = pixel; lastLook = item[2];
      const part = make('div', name + ' ' + item[2]);
      place(part, from, to);
      const pixels = (Math.min(to, end) - Math.max(from, start)) * scale;
      if (name === 'bar' && element.classList.contains('inv')) {
        part.textContent = item[3].replace(/^Invocation (\d+).*/, '#$1') + (item[2] === 'died' ? ' ✕' : item[2] === 'completed' ? ' ✓' : '');
        if (pixels < 34) part.classList.add('slim');
        part.tabIndex = 0;
        part.setAttribute('aria-label', item.slice(3).join(', '));
      } else if (name === 'gap' && pixels > item[3].length * 6 + 8) part.textContent = item[3];
      else if (name === 'gap' && item[2] === 'wait' && pixels > 60) part.textContent = write(item[1]);
      if (name === 'mark') part.style.width = '';
      said.set(part, item);
      parts.push(part);
    }
  };
  draw(gaps, 'gap');
  draw(bars, kind);
  element.replaceChildren(...parts);
};

const drawAxis = () => {
  const [width, [start, end]] = [axis.clientWidth || 800, view];
  const scale = width / (end - start);
  const step = steps.find((ms) => ms * scale >= 92) || Math.ceil(92 / scale / 864e5) * 864e5;
  const labels = [], lines = [];
  const toX = (drawn) => ((drawn - start) / (end - start)) * 100;
  const fits = [];
  const add = (drawn, text, isCutHere) => {
    const x = toX(drawn);
    if (x < -0.01 || x > 100.01) return;
    const line = make('i', isCutHere ? 'cut' : '');
    line.style.left = x + '%';
    lines.push(line);
    if (fits.some((other) => Math.abs(other - x) * width / 100 < 74)) return;
    fits.push(x);
    const label = make('span', x < 4 ? 'edge' : '');
    label.textContent = text;
    if (x > 96) { label.className = 'edge'; label.style.right = '0'; } else label.style.left = x + '%';
    labels.push(label);
  };
  if (isCut) for (const [from, to] of cuts) add(toDrawn((from + to) / 2), '⋯ ' + write(to - from), true);
  const [realFrom, realTo] = [toReal(start), toReal(end)];
  for (let ms = Math.ceil(realFrom / step) * step, count = 0; ms <= realTo && count < 4000; ms += step, count++)
    if (!isCut || !cuts.some(([from, to]) => ms > from && ms < to)) add(toDrawn(ms), ms === 0 ? '0' : write(ms));
  axis.replaceChildren(...labels);
  grid.replaceChildren(...lines);
};
const toReal = (drawn) => {
  if (!isCut) return drawn;
  let real = drawn;
  for (const [from, to] of cuts) {
    const begin = toDrawn(from);
    if (drawn >= begin + cutMs) real += to - from - cutMs;
    else if (drawn > begin) real += (drawn - begin) * ((to - from) / cutMs - 1);
  }
  return real;
};
const drawMap = () => {
  const [total, parts] = [whole(), []];
  let lastPixel = -1;
  for (const bar of data.lanes[0].bars) {
    const from = toDrawn(bar[0]) / total, to = toDrawn(bar[0] + bar[1]) / total;
    const pixel = Math.floor(to * 2000);
    if (pixel === lastPixel) continue;
    lastPixel = pixel;
    parts.push(make('i', bar[2]));
    Object.assign(parts.at(-1).style, { left: from * 100 + '%', width: (to - from) * 100 + '%' });
  }
  const frame = make('u');
  Object.assign(frame.style, { left: (view[0] / total) * 100 + '%', width: ((view[1] - view[0]) / total) * 100 + '%' });
  map.replaceChildren(...parts, ...(view[1] - view[0] < total * 0.999 ? [frame] : []));
};
let isAsked = false;
const drawNow = () => { isAsked = false; tracks.forEach(drawTrack); drawAxis(); drawMap(); };
const draw = () => { if (!isAsked) { isAsked = true; requestAnimationFrame(drawNow); } };
const show = (from, to) => {
  const length = Math.min(Math.max(to - from, leastMs()), whole());
  const start = Math.min(Math.max(0, from), whole() - length);
  view = [start, start + length];
  draw();
};
const zoom = (factor, share = 0.5) => {
  const length = (view[1] - view[0]) / factor;
  const middle = view[0] + (view[1] - view[0]) * share;
  show(middle - length * share, middle + length * (1 - share));
};

for (const [id, act] of [['in', () => zoom(2)], ['out', () => zoom(0.5)], ['fit', () => show(0, whole())]]) $(id).onclick = act;
const cutBox = $('cut');
if (!cuts.length || hidden < data.totalMs * 0.05) cutBox.parentElement.remove();
else {
  cutBox.checked = isCut;
  cutBox.onchange = () => { isCut = cutBox.checked; view = [0, whole()]; draw(); };
}
const shareAt = (event) => {
  const box = axis.getBoundingClientRect();
  return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
};
chart.addEventListener('wheel', (event) => {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  zoom(Math.exp(-event.deltaY / 200), shareAt(event));
}, { passive: false });
chart.addEventListener('keydown', (event) => {
  const length = view[1] - view[0];
  const keys = { '+': () => zoom(2), '=': () => zoom(2), '-': () => zoom(0.5), 0: () => show(0, whole()),
    ArrowLeft: () => show(view[0] - length / 5, view[1] - length / 5), ArrowRight: () => show(view[0] + length / 5, view[1] + length / 5) };
  const act = keys[event.key];
  if (act && !event.ctrlKey && !event.metaKey) { event.preventDefault(); act(); }
});

/* One finger or the mouse moves what is zoomed, two fingers zoom. */
const pointers = new Map();
let wasMoved = false;
rows.addEventListener('pointerdown', (event) => { pointers.set(event.pointerId, event.clientX); wasMoved = false; });
window.addEventListener('pointermove', (event) => {
  const before = pointers.get(event.pointerId);
  if (before === undefined) return;
  const width = axis.clientWidth || 800;
  if (pointers.size === 2) {
    const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, x]) => x);
    const [old, now] = [Math.abs(before - other), Math.abs(event.clientX - other)];
    if (old > 10 && now > 10) zoom(now / old, shareAt({ clientX: (event.clientX + other) / 2 }));
    wasMoved = true;
  } else {
    const delta = ((before - event.clientX) / width) * (view[1] - view[0]);
    if (Math.abs(before - event.clientX) > 1) wasMoved = true;
    show(view[0] + delta, view[1] + delta);
  }
  pointers.set(event.pointerId, event.clientX);
});
for (const name of ['pointerup', 'pointercancel']) window.addEventListener(name, (event) => pointers.delete(event.pointerId));
let brush;
const mapAt = (event) => { const box = map.getBoundingClientRect(); return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * whole(); };
map.addEventListener('pointerdown', (event) => { brush = mapAt(event); map.setPointerCapture(event.pointerId); });
map.addEventListener('pointermove', (event) => { if (brush !== undefined && Math.abs(mapAt(event) - brush) > whole() / 200) show(Math.min(brush, mapAt(event)), Math.max(brush, mapAt(event))); });
map.addEventListener('pointerup', (event) => {
  if (brush !== undefined && Math.abs(mapAt(event) - brush) <= whole() / 200) { const half = (view[1] - view[0]) / 2; show(brush - half, brush + half); }
  brush = undefined;
});

/* What is pointed at, tapped or focused says its facts. */
let lit;
const clock = (ms) => new Date(data.startMs + ms).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const tell = (part, event) => {
  if (lit) lit.classList.remove('on');
  lit = part;
  const item = part && said.get(part);
  facts.hidden = !item;
  if (!item) return;
  part.classList.add('on');
  const [from, length, , title, ...others] = item;
  const when = length > 0 ? write(length) + ', from ' + (from > 0 ? write(from) : 'the start') + ' on' : 'after ' + write(from);
  facts.replaceChildren(...[title, when + ' (' + clock(from) + ')', ...others].map((text, index) => {
    const line = make(index ? 'span' : 'b');
    line.textContent = text;
    return line;
  }));
  const box = part.getBoundingClientRect();
  const x = event && event.clientX !== undefined ? event.clientX : box.left + box.width / 2;
  const own = facts.getBoundingClientRect();
  facts.style.left = Math.min(Math.max(12, x - own.width / 2), innerWidth - own.width - 12) + 'px';
  facts.style.top = (box.top - own.height - 10 > 8 ? box.top - own.height - 10 : box.bottom + 10) + 'px';
};
const partOf = (event) => { const part = event.target.closest && event.target.closest('.bar,.gap,.mark'); return part && said.has(part) ? part : undefined; };
rows.addEventListener('pointerover', (event) => { if (event.pointerType === 'mouse') tell(partOf(event), event); });
rows.addEventListener('pointerleave', (event) => { if (event.pointerType === 'mouse') tell(undefined); });
rows.addEventListener('focusin', (event) => { if (event.target.matches(':focus-visible')) tell(partOf(event)); });
rows.addEventListener('focusout', () => tell(undefined));
document.addEventListener('click', (event) => { if (!wasMoved) tell(partOf(event), event); });
rows.addEventListener('dblclick', (event) => {
  const item = said.get(partOf(event));
  if (!item) return;
  const from = toDrawn(item[0]), to = toDrawn(item[0] + item[1]), rim = (to - from) * 0.1 || whole() / 50;
  show(from - rim, to + rim);
});
document.addEventListener('keydown', (event) => { if (event.key === 'Escape') tell(undefined); });
window.addEventListener('scroll', () => { if (lit && matchMedia('(hover:hover)').matches) tell(undefined); }, { passive: true });

/* Light, dark, or what the machine says. */
const themes = [...document.querySelectorAll('.themes button')];
const wear = (theme) => {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  for (const button of themes) button.setAttribute('aria-pressed', String(button.value === theme));
};
for (const button of themes) button.onclick = () => { wear(button.value); try { localStorage.setItem('baton-theme', button.value); } catch {} };
try { const theme = localStorage.getItem('baton-theme'); if (theme === 'light' || theme === 'dark') wear(theme); } catch {}
window.addEventListener('resize', draw);
window.addEventListener('beforeprint', () => { view = [0, whole()]; drawNow(); });
for (const element of document.querySelectorAll('time')) element.textContent = new Date(element.dateTime).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
drawNow();
})();
`;
