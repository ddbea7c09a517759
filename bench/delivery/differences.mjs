import { existsSync, lstatSync, opendirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const MOST_SAID = 5;

/** See `Delivery.differences`. @param {import('./delivery.mjs').Delivery} delivery @param {{ anywhere: boolean, every: number }} how */
export function differences({ photos, count, from, to, quarantine }, { anywhere, every }) {
  const found = new Uint8Array(count);
  const said = [];
  let more = 0;
  const say = (sentence) => (said.length < MOST_SAID ? said.push(sentence) : (more += 1));
  for (const file of filesIn(to)) {
    const name = path.basename(file);
    const number = photos.numberOf(name);
    const relative = path.relative(to, file);
    if (number < 0 || number >= count) say(`${relative} was never delivered`);
    else if (found[number] === 1) say(`${name} is there twice`);
    else {
      found[number] = 1;
      if (!anywhere && relative !== photos.pathOf(number)) say(`${name} lies at ${relative}`);
      if (lstatSync(file).size !== photos.sizeOf(number)) say(`${name} has another size`);
      else if (number % every === 0 && !readFileSync(file).equals(photos.bytesOf(number)))
        say(`${name} has other bytes`);
    }
  }
  for (const left of filesIn(from)) say(`${path.relative(from, left)} was left`);
  for (const failed of filesIn(quarantine)) say(`${path.relative(quarantine, failed)} was quarantined`);
  const lost = count - found.reduce((sum, one) => sum + one, 0);
  if (lost > 0) say(`${lost} of ${count} photos are not at their destination`);
  return more > 0 ? [...said, `… and ${more} more`] : said;
}

function* filesIn(folder) {
  if (!existsSync(folder)) return;
  const listing = opendirSync(folder, { bufferSize: 512 });
  try {
    for (let entry = listing.readSync(); entry; entry = listing.readSync()) {
      const file = `${folder}/${entry.name}`;
      if (entry.isDirectory()) yield* filesIn(file);
      else yield file;
    }
  } finally {
    listing.closeSync();
  }
}
