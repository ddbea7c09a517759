import { OUTCOMES } from '@assay/ledger';
import { scanJson } from '../../scans/scan-json';
import type { ReportSubject } from './format';
import { htmlText } from './html-text';

const number = (value: number): string => value.toLocaleString('en');

/** More lines than this of one kind make no summary; the table has them all. */
const MOST_LINES = 200;

function lines(title: string, counted: readonly { what: string; count: number }[]): string {
  if (counted.length === 0) return '';
  const rows = counted
    .slice(0, MOST_LINES)
    .map(({ what, count }) => `<tr><td>${htmlText(what)}</td><td class="number">${number(count)}</td></tr>`);
  const rest = counted.length - rows.length;
  const more = rest > 0 ? `<p class="quiet">and ${number(rest)} more</p>` : '';
  return `<section><h2>${title}</h2><table>${rows.join('')}</table>${more}</section>`;
}

function detail(name: string, value: string | null | undefined): string {
  return value === null || value === undefined ? '' : `<dt>${name}</dt><dd>${htmlText(value)}</dd>`;
}

/** The scan in numbers, readable without any script. */
export function htmlSummary({ scan, summary, now }: ReportSubject): string {
  const told = scanJson(scan, now);
  const { found } = summary.counts;
  const counts = [['found', found] as const, ...OUTCOMES.map((outcome) => [outcome, summary.counts[outcome]] as const)];
  const seen = told.finishedAt === null ? `<p class="notice">This scan has not finished; files still change.</p>` : '';
  const balanced = told.finishedAt === null ? null : told.balanced ? 'yes, counts and rows agree' : 'no';
  return `<h1>${htmlText(told.directory)}</h1>
<p class="quiet">Report of scan ${htmlText(told.id)}, ${htmlText(told.state)}, as of ${new Date(now).toISOString()}</p>
${seen}
<ul class="counts">${counts.map(([name, count]) => `<li><b>${number(count)}</b>${name}</li>`).join('')}</ul>
<div class="summary">
<section><h2>Scan</h2><dl>
${detail('Profile', `${told.profile.name} ${told.profile.version}`)}${detail('Profile digest', told.profile.digest)}
${detail('Label', told.label)}${detail('Dry run', told.dryRun ? 'yes' : null)}
${detail('Accept', told.accept)}${detail('Quarantine', told.quarantine)}
${detail('Created', told.createdAt)}${detail('Started', told.startedAt)}${detail('Finished', told.finishedAt)}
${detail('Balanced', balanced)}${detail('Error', told.error)}
</dl></section>
${lines(
  'Findings',
  summary.findings.map(({ code, severity, count }) => ({ what: `${code} (${severity})`, count })),
)}
${lines(
  'Media types',
  summary.mediaTypes.map(({ mediaType, count }) => ({ what: mediaType, count })),
)}
${lines(
  'Cameras',
  summary.cameras.map(({ make, model, count }) => ({
    what: [make, model].filter(Boolean).join(' ') || 'unnamed',
    count,
  })),
)}
</div>`;
}
