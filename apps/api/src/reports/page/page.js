/* global document */
/*
 * The table of a report: everything that it shows comes from the blocks of JSON before it, and is written as text only, so that no name
 * and no metadata can become markup. Rows are shown a page at a time, so that 100,000 of them are as quick as ten.
 */
(() => {
  'use strict';
  const PAGE = 100;
  const QUIET_MS = 120;

  const byId = (id) => document.getElementById(id);
  const json = (block) => JSON.parse(block.textContent);
  const make = (name, className, ...children) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    element.append(...children);
    return element;
  };

  /* Read and let go of: the text of a block is not needed once its rows are there. */
  const columns = json(byId('columns'));
  const rows = [];
  for (const block of document.querySelectorAll('script.rows')) {
    for (const row of json(block)) rows.push(row);
    block.remove();
  }
  const at = Object.fromEntries(columns.map((name, index) => [name, index]));
  const of = (row, name) => row[at[name]] ?? null;

  /* What would not be seen, or would turn the text around it, is shown by its number. */
  const UNSEEN = /([\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}])/u;
  const shown = (text) => {
    const parts = String(text).split(UNSEEN);
    const pieces = parts.map((part, index) =>
      index % 2 === 0
        ? part
        : make('span', 'unseen', `U+${part.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}`),
    );
    return make('bdi', '', ...pieces);
  };

  const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const bytes = (size) => {
    const unit = size < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(size) / 3));
    return `${(size / 1000 ** unit).toFixed(unit === 0 ? 0 : 1)} ${UNITS[unit]}`;
  };
  const pixels = (row) => (of(row, 'width') === null ? '' : `${of(row, 'width')} × ${of(row, 'height') ?? '?'}`);
  const area = (row) => (of(row, 'width') === null ? null : of(row, 'width') * (of(row, 'height') ?? 1));
  const codes = (row) => (of(row, 'findings') ?? []).map(([code]) => code);
  const plain = (name) => ({ value: (row) => of(row, name), show: (row) => of(row, name) ?? '' });

  /* The columns of the table: what is sorted by, and what is shown. */
  const TABLE = [
    { title: '#', numeric: true, ...plain('seq') },
    { title: 'Path', className: 'path', ...plain('path') },
    { title: 'Outcome', ...plain('outcome') },
    { title: 'Reason', ...plain('reason') },
    { title: 'Verdict', ...plain('verdict') },
    { title: 'Findings', value: (row) => codes(row).join(' ') || null, show: (row) => codes(row).join(', ') },
    { title: 'Destination', className: 'path', ...plain('destination') },
    {
      title: 'Size',
      numeric: true,
      value: (row) => of(row, 'size'),
      show: (row) => (of(row, 'size') === null ? '' : bytes(of(row, 'size'))),
    },
    { title: 'Media type', ...plain('mediaType') },
    { title: 'Pixels', numeric: true, value: area, show: pixels },
    { title: 'Camera', ...plain('camera') },
    { title: 'Captured', className: 'time', ...plain('captured') },
  ];

  const state = { sorted: 0, rising: true, page: 0, chosen: rows };
  const controls = { words: byId('words'), outcome: byId('outcome'), verdict: byId('verdict'), code: byId('code') };

  /* --- choosing */

  const searched = new Map();
  const haystack = (row) => {
    let text = searched.get(row);
    if (text === undefined) {
      const said = (of(row, 'findings') ?? []).flatMap(([code, , message]) => [code, message]);
      const names = ['path', 'reason', 'destination', 'mediaType', 'camera', 'captured', 'digest', 'outcome'];
      text = [...names.map((name) => of(row, name) ?? ''), ...said].join('\n').toLowerCase();
      searched.set(row, text);
    }
    return text;
  };

  const choose = () => {
    const words = controls.words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const tests = [];
    for (const name of ['outcome', 'verdict']) {
      const wanted = controls[name].value;
      if (wanted !== '') tests.push((row) => (of(row, name) ?? 'none') === wanted);
    }
    if (controls.code.value !== '') tests.push((row) => codes(row).includes(controls.code.value));
    if (words.length > 0) tests.push((row) => words.every((word) => haystack(row).includes(word)));
    state.chosen = tests.length === 0 ? [...rows] : rows.filter((row) => tests.every((test) => test(row)));
    order();
  };

  /* --- sorting: by the column, what is absent last, and among equals by number */

  const collator = new Intl.Collator('en', { numeric: true });
  const order = () => {
    const { value, numeric } = TABLE[state.sorted];
    const way = state.rising ? 1 : -1;
    const keyed = state.chosen.map((row) => ({ row, key: value(row), seq: of(row, 'seq') }));
    const compare = numeric ? (one, other) => one - other : (one, other) => collator.compare(one, other);
    keyed.sort((one, other) => {
      if (one.key === other.key) return one.seq - other.seq;
      if (one.key === null || other.key === null) return one.key === null ? 1 : -1;
      return way * compare(one.key, other.key) || one.seq - other.seq;
    });
    state.chosen = keyed.map(({ row }) => row);
    state.page = 0;
    show();
  };

  /* --- showing */

  const body = byId('files');
  const buttons = [];
  const pages = () => Math.max(1, Math.ceil(state.chosen.length / PAGE));
  const number = (value) => value.toLocaleString('en');

  const detail = (name, content) =>
    content === null || content === undefined || content === ''
      ? []
      : [make('dt', '', name), make('dd', '', typeof content === 'object' ? content : shown(content))];

  const findingsOf = (row) => {
    const found = of(row, 'findings') ?? [];
    if (found.length === 0) return null;
    return make(
      'ul',
      '',
      ...found.map(([code, severity, message, fix]) =>
        make('li', severity, make('b', '', shown(code)), ` (${severity}): `, shown(message), '. ', shown(fix)),
      ),
    );
  };

  const detailsOf = (row) => {
    const place = of(row, 'latitude') === null ? null : `${of(row, 'latitude')}, ${of(row, 'longitude')}`;
    const list = make(
      'dl',
      '',
      ...detail('Path', of(row, 'path')),
      ...detail('Path, exact bytes (base64)', of(row, 'pathBytes')),
      ...detail('Outcome', of(row, 'outcome')),
      ...detail('Reason', of(row, 'reason')),
      ...detail('Findings', findingsOf(row)),
      ...detail('Destination', of(row, 'destination')),
      ...detail('Destination, exact bytes (base64)', of(row, 'destinationBytes')),
      ...detail('Bytes', of(row, 'size') === null ? null : number(of(row, 'size'))),
      ...detail('Modified', of(row, 'modifiedAt')),
      ...detail('Place (WGS 84)', place),
      ...detail('Attempts', String(of(row, 'attempts'))),
      ...detail('Digest', of(row, 'digest')),
      ...detail('Last change', of(row, 'updatedAt')),
    );
    const cell = make('td', '', list);
    cell.colSpan = TABLE.length;
    return make('tr', 'details', cell);
  };

  const toggle = (line, row, button) => {
    const open = button.getAttribute('aria-expanded') === 'true';
    button.setAttribute('aria-expanded', String(!open));
    if (open) line.nextElementSibling.remove();
    else line.after(detailsOf(row));
  };

  const lineOf = (row) => {
    const line = make('tr', `${of(row, 'outcome')} ${of(row, 'verdict') ?? ''}`);
    TABLE.forEach(({ show: text, numeric, className }, index) => {
      const cell = make('td', numeric ? 'number' : (className ?? ''));
      if (index === 0) {
        const button = make('button', '', String(text(row)));
        button.type = 'button';
        button.setAttribute('aria-expanded', 'false');
        button.setAttribute('aria-label', `Details of file ${text(row)}`);
        button.addEventListener('click', () => toggle(line, row, button));
        cell.append(button);
      } else cell.append(shown(text(row)));
      line.append(cell);
    });
    return line;
  };

  const show = () => {
    const from = state.page * PAGE;
    const part = state.chosen.slice(from, from + PAGE);
    body.replaceChildren(...part.map(lineOf));
    const all = state.chosen.length === rows.length;
    const total = `${number(state.chosen.length)} files${all ? '' : ` (${number(rows.length)} in all)`}`;
    byId('shown').textContent =
      part.length === 0 ? total : `${number(from + 1)}–${number(from + part.length)} of ${total}`;
    byId('page').textContent = `Page ${number(state.page + 1)} of ${number(pages())}`;
    for (const id of ['first', 'previous']) byId(id).disabled = state.page === 0;
    for (const id of ['next', 'last']) byId(id).disabled = state.page >= pages() - 1;
    buttons.forEach((button, index) => {
      const way = index !== state.sorted ? 'none' : state.rising ? 'ascending' : 'descending';
      button.parentElement.setAttribute('aria-sort', way);
    });
  };

  const go = (page) => {
    state.page = Math.min(Math.max(0, page), pages() - 1);
    show();
  };

  /* --- the page */

  TABLE.forEach(({ title, numeric }, index) => {
    const button = make('button', '', title);
    button.type = 'button';
    button.addEventListener('click', () => {
      state.rising = state.sorted === index ? !state.rising : true;
      state.sorted = index;
      order();
    });
    buttons.push(button);
    const cell = make('th', numeric ? 'number' : '', button);
    cell.scope = 'col';
    byId('columns-row').append(cell);
  });
  for (const code of [...new Set(rows.flatMap(codes))].sort()) {
    const option = make('option', '', code);
    option.value = code;
    controls.code.append(option);
  }

  let waiting;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(choose, QUIET_MS);
  };
  controls.words.addEventListener('input', soon);
  for (const name of ['outcome', 'verdict', 'code']) controls[name].addEventListener('change', choose);
  byId('first').addEventListener('click', () => go(0));
  byId('previous').addEventListener('click', () => go(state.page - 1));
  byId('next').addEventListener('click', () => go(state.page + 1));
  byId('last').addEventListener('click', () => go(pages() - 1));

  const whole = byId('end') !== null && json(byId('end')).rows === rows.length;
  byId('incomplete').hidden = whole;
  byId('table').hidden = false;
  choose();
})();
