#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CHECKOUT } from './checkout.mjs';
import { CommandFailure, runCommand, say } from './say.mjs';

/*
 * `npm run audit`: no package of package-lock.json is known to be vulnerable at `high` or above, but for those that
 * .ci/audit-exceptions.json explains. Asks the registry that npm is set to.
 */

const GRAVE = new Set(['high', 'critical']);
const MOST_OUTPUT = 64 * 1024 * 1024;

/**
 * @typedef {object} Advisory
 * @property {string} id as its address ends, such as GHSA-…
 * @property {string} name package that it is about
 * @property {string} severity
 * @property {string} title
 * @property {string} url
 */

/**
 * The advisories in npm's report that are grave, each once.
 * @param {object} report of `npm audit --json`
 * @returns {Advisory[]}
 */
export function graveAdvisories(report) {
  const found = new Map();
  for (const { via } of Object.values(report.vulnerabilities ?? {}))
    for (const cause of via) {
      // Text names another package of the report, through which this one is reached.
      if (typeof cause === 'string' || !GRAVE.has(cause.severity)) continue;
      const id = cause.url?.split('/').at(-1) || String(cause.source);
      found.set(id, { id, name: cause.name, severity: cause.severity, title: cause.title, url: cause.url });
    }
  return [...found.values()];
}

/**
 * What is wrong, a line each: grave advisories that nobody explained, exceptions that have run out, and those that nothing needs any more.
 * @param {Advisory[]} advisories
 * @param {{ id: string, why: string, until: string }[]} exceptions `until`: a day as 2026-11-20, to think again
 * @param {string} today
 */
export function judged(advisories, exceptions, today) {
  const lines = [];
  for (const { id, name, severity, title, url } of advisories) {
    const exception = exceptions.find((one) => one.id === id);
    if (!exception) lines.push(`${name}: ${severity}: ${title} (${url})`);
    else if (exception.until < today) lines.push(`${name}: the exception for ${id} ran out on ${exception.until}`);
  }
  for (const { id } of exceptions)
    if (!advisories.some((one) => one.id === id))
      lines.push(`the exception for ${id} is not needed any more: remove it`);
  return lines;
}

function ask() {
  const { stdout, error } = spawnSync('npm', ['audit', '--package-lock-only', '--json'], {
    cwd: CHECKOUT,
    encoding: 'utf8',
    maxBuffer: MOST_OUTPUT,
  });
  if (error) throw new CommandFailure(`npm can't be run: ${error.message}`);
  let report;
  try {
    report = JSON.parse(stdout);
  } catch {
    throw new CommandFailure(`npm audit gave no report:\n${stdout.slice(-2_000)}`);
  }
  if (report.auditReportVersion !== undefined) return report;
  const why = report.message ?? report.error?.summary ?? 'it gave no report';
  throw new CommandFailure(
    `Nothing is known: the registry that npm is set to has no audit (${why}). ` +
      'Ask one that has: npm_config_registry=https://… npm run audit',
  );
}

async function main() {
  const file = path.join(CHECKOUT, '.ci', 'audit-exceptions.json');
  const exceptions = JSON.parse(readFileSync(file, 'utf8'));
  const report = ask();
  const advisories = graveAdvisories(report);
  const wrong = judged(advisories, exceptions, new Date().toISOString().slice(0, 10));
  if (wrong.length > 0) {
    throw new CommandFailure(
      `${wrong.join('\n')}\nUpdate the package, or explain in .ci/audit-exceptions.json why it does no harm: {"id", "why", "until"}.`,
    );
  }
  for (const { id, why, until } of exceptions) say(`Excepted until ${until}: ${id}: ${why}`);
  const { total = 0 } = report.metadata?.dependencies ?? {};
  say(
    `No package of ${total} is known to be vulnerable at high or above${exceptions.length > 0 ? ' beside these' : ''}.`,
  );
}

if (process.argv[1] && path.resolve(process.argv[1]) === import.meta.filename) await runCommand('npm run audit', main);
