import { lstatSync, readdirSync } from 'node:fs';

/**
 * Holds what the report says against what lies on disk: every placed file is at its destination and gone from its
 * source, every other is at its source, nothing lies in any of the three trees that the report does not name, and the
 * rows add up to the counts.
 * @param {object} scan of the API
 * @param {AsyncIterable<object>} rows all FileRecords of its report
 * @returns {Promise<string[]>} each difference in words; none: they agree
 */
export async function differences(scan, rows) {
  const found = [];
  const tally = {};
  const accounted = new Set();
  const closed = [];
  let number = 0;
  for await (const row of rows) {
    number++;
    tally[row.outcome] = (tally[row.outcome] ?? 0) + 1;
    if (row.seq !== number) found.push(`row ${number} of the report has the number ${row.seq}`);
    const source = joined(Buffer.from(scan.directory), bytesOf(row.path, row.pathBytes));
    if (row.outcome === 'accepted' || row.outcome === 'quarantined') {
      const destination = bytesOf(row.destination, row.destinationBytes);
      if (!exists(destination)) found.push(`${row.outcome}, but not at its destination: ${row.destination}`);
      if (exists(source)) found.push(`${row.outcome}, but still at its source: ${row.path}`);
      accounted.add(destination.toString('latin1'));
    } else {
      if (!exists(source)) found.push(`${row.outcome}, but not at its source: ${row.path}`);
      accounted.add(source.toString('latin1'));
      if (isFolder(source)) closed.push(`${source.toString('latin1')}/`);
    }
  }
  // What Assay wrote itself.
  if (scan.epilogue.reasons !== null) accounted.add(Buffer.from(scan.epilogue.reasons).toString('latin1'));
  for (const tree of [scan.directory, scan.accept, scan.quarantine]) {
    for (const entry of entriesBelow(Buffer.from(tree))) {
      const key = entry.toString('latin1');
      if (!accounted.has(key) && !closed.some((folder) => key.startsWith(folder))) {
        found.push(`on disk, but not in the report: ${entry.toString('utf8')}`);
      }
    }
  }
  const { found: total, ...outcomes } = scan.counts;
  if (total !== number) found.push(`counted ${total}, but the report has ${number} rows`);
  for (const [outcome, count] of Object.entries(outcomes)) {
    if (count !== (tally[outcome] ?? 0))
      found.push(`${outcome}: counted ${count}, in the report ${tally[outcome] ?? 0}`);
  }
  return found;
}

function bytesOf(text, base64) {
  return base64 ? Buffer.from(base64, 'base64') : Buffer.from(text);
}

function joined(folder, name) {
  return Buffer.concat([folder, Buffer.from('/'), name]);
}

function exists(file) {
  return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
}

function isFolder(file) {
  return lstatSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Everything but folders; a folder that can't be listed is for the report to name. */
function* entriesBelow(folder) {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'EACCES') return;
    throw error;
  }
  for (const entry of entries) {
    const file = joined(folder, entry.name);
    if (entry.isDirectory()) yield* entriesBelow(file);
    else yield file;
  }
}
