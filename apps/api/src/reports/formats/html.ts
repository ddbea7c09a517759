import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OUTCOMES } from '@assay/ledger';
import { displayPath } from '@assay/inspection';
import type { ReportFormat } from './format';
import { ROW_NAMES, rowOf } from './html-rows';
import { htmlSummary } from './html-summary';
import { htmlJson, htmlText } from './html-text';

const part = (name: string): string => readFileSync(join(__dirname, '../page', name), 'utf8');
const SCRIPT = part('page.js');
const STYLE = part('page.css');

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing but the page's own script and style runs or loads, by whatever way a name came into the page. */
const POLICY = `default-src 'none'; script-src ${hashOf(SCRIPT)}; style-src ${hashOf(STYLE)}; base-uri 'none'; form-action 'none'`;

const option = (name: string): string => `<option value="${name}">${name}</option>`;
const pages = (id: string, sign: string, label: string): string =>
  `<button type="button" id="${id}" aria-label="${label}">${sign}</button>`;

const CONTROLS = `<div class="controls" role="search">
<label>Filter <input id="words" type="search" autocomplete="off" spellcheck="false" placeholder="words of path, finding, camera …"></label>
<label>Outcome <select id="outcome"><option value="">all</option>${OUTCOMES.map(option).join('')}</select></label>
<label>Verdict <select id="verdict"><option value="">all</option>${['pass', 'fail', 'none'].map(option).join('')}</select></label>
<label>Finding <select id="code"><option value="">all</option></select></label>
</div>
<div class="pages"><span id="shown" role="status"></span>
${pages('first', '«', 'First page')}${pages('previous', '‹', 'Previous page')}<span id="page"></span>${pages('next', '›', 'Next page')}${pages('last', '»', 'Last page')}
</div>`;

/**
 * One page without any outer resource: the summary as markup, the files as JSON which the page's script shows as a table to sort and filter.
 * A page that was cut off says so.
 */
export const html: ReportFormat = {
  mediaType: 'text/html; charset=utf-8',
  disposition: 'inline',
  headers: {
    // The origin of the page is nobody's, so that even a script in it could ask nothing of the API in a reader's name.
    'Content-Security-Policy': `${POLICY}; frame-ancestors 'self'; sandbox allow-scripts`,
    // A page of no origin can't be keyed by its origin, and a browser would complain of it.
    'Origin-Agent-Cluster': '?0',
  },
  head: (subject) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${titleOf(displayPath(subject.scan.directory))}</title>
<style>${STYLE}</style>
</head>
<body>
${htmlSummary(subject)}
<noscript><p class="notice">The table of files needs JavaScript, which is off; the summary above is whole.</p></noscript>
<p class="notice" id="incomplete">The files are still loading. If this stays, the report was cut off: fetch it again.</p>
<div id="table" hidden>
${CONTROLS}
<div class="rows"><table><thead><tr id="columns-row"></tr></thead><tbody id="files"></tbody></table></div>
</div>
<script type="application/json" id="columns">${htmlJson(ROW_NAMES)}</script>
`,
  rows: (files) => `<script type="application/json" class="rows">${htmlJson(files.map(rowOf))}</script>\n`,
  tail: (count) => `<script type="application/json" id="end">${htmlJson({ rows: count })}</script>
<script>${SCRIPT}</script>
</body>
</html>
`,
};

/** A title has no elements in it: only its text is kept. */
const titleOf = (directory: string): string => `Report: ${htmlText(directory).replace(/<[^>]*>/g, '')}`;
