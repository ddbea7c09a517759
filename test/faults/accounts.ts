import { dirname, join } from 'node:path';
import type { Counts, FileAnswer } from '../installation';
import { tree } from '../installation';
import { countsOf } from '../product/accounted';
import type { Delivery } from './delivery';
import { type Figures, noFigures } from './figures';
import { traces } from './outside';
import { reasonsOf } from './reasons';
import type { Scene } from './scene';

/** How rows of files may end that somebody laid hands on; of others only as `accepted` or `quarantined`. */
const OF_DISTURBED =
  /^(changed-since-inspection|gone|destination-taken|not-a-regular-file|unplaceable: E(LOOP|NOTDIR))/;

/** Holds everything to the promise: contents over all trees, each row, counts, what lies outside. Nothing may be under way any more. */
export class Accounts {
  private readonly figures: Figures = noFigures();
  /** Where every content is, absolute, by digest; and what every path holds. */
  private readonly places = new Map<string, string[]>();
  private readonly found = new Map<string, string>();
  /** The row that says where a content is, by the content's path. */
  private readonly claimed = new Map<string, string>();

  private constructor(private readonly scene: Scene) {}

  static async of(scene: Scene): Promise<Figures> {
    const accounts = new Accounts(scene);
    const reasons = await reasonsOf(scene);
    accounts.figures.wrong.astray.push(...reasons.wrong);
    accounts.lookAtFiles(reasons.paths);
    for (const delivery of scene.deliveries) await accounts.lookAtRows(delivery);
    accounts.lookOutside();
    return accounts.figures;
  }

  /** `ours`: what the product wrote itself. */
  private lookAtFiles(ours: ReadonlySet<string>): void {
    const { installation, trash, contents } = this.scene;
    const { wrong } = this.figures;
    for (const top of [...installation.roots, trash])
      for (const [path, content] of Object.entries(tree(top))) {
        if (content === 'folder') continue;
        const absolute = join(top, path);
        if (ours.has(absolute)) continue;
        this.found.set(absolute, content);
        this.places.set(content, [...(this.places.get(content) ?? []), absolute]);
        if (/(^|\/)\.assay-[^/]*$/.test(path)) wrong.astray.push(`a name of ours is left: ${absolute}`);
        if (!contents.knows(content)) wrong.astray.push(`nobody wrote what is at ${absolute}: ${content}`);
      }
    for (const { any, by, path } of contents.all) {
      const found = any.map((each) => this.places.get(each) ?? []);
      if (found.every((places) => places.length === 0))
        wrong[by === 'supplier' ? 'lost' : 'overwritten'].push(`what was at ${path} is nowhere`);
      for (const places of found)
        if (places.length > 1) wrong.twice.push(`what was at ${path} is at ${places.join(' and ')}`);
    }
    this.figures.files = contents.all.length;
  }

  private async lookAtRows(delivery: Delivery): Promise<void> {
    const { wrong, ends } = this.figures;
    const { scan, name } = delivery;
    if (scan === null) return;
    this.figures.scans += 1;
    const rows = await this.scene.installation.files(scan.id);
    this.figures.rows += rows.length;
    const counts = countsOf(rows);
    for (const outcome of Object.keys(counts) as (keyof Counts)[])
      if (counts[outcome] !== scan.counts[outcome])
        wrong.unbalanced.push(`${name}: ${scan.counts[outcome]} ${outcome}, they say, of ${counts[outcome]}`);
    if (!scan.balanced) wrong.unbalanced.push(`${name}: not balanced`);
    if (rows.some(({ seq }, index) => seq !== index + 1)) wrong.unbalanced.push(`${name}: rows are not 1 … found`);
    const expected = delivery.cancelled ? ['cancelled', 'completed'] : ['completed'];
    if (!expected.includes(scan.state)) wrong.astray.push(`${name}: ${scan.state}: ${scan.error}`);
    for (const row of rows) {
      const end = `${row.outcome} ${row.reason?.split(/[:,]/)[0] ?? ''}`.trim();
      ends.set(end, (ends.get(end) ?? 0) + 1);
      this.lookAtRow(delivery, row);
    }
    const paths = new Set(rows.map(({ path }) => path));
    for (const path of delivery.paths)
      if (!paths.has(path) && !delivery.cancelled && !delivery.isDisturbed(path))
        wrong.astray.push(`${name}: no row tells of ${path}`);
  }

  private lookAtRow(delivery: Delivery, row: FileAnswer): void {
    const { contents } = this.scene;
    const { wrong } = this.figures;
    const source = delivery.sourceOf(row.path);
    const said = `${delivery.name} ${row.seq} ${row.path}: ${row.outcome}, ${row.reason ?? ''}, ${row.destination ?? ''}`;
    if (row.outcome === 'accepted' || row.outcome === 'quarantined') {
      const at = this.found.get(row.destination ?? '');
      if (at === undefined || !contents.wasAt(source, at))
        wrong.astray.push(`${said}: but there is ${at ?? 'nothing'}`);
      const other = this.claimed.get(row.destination ?? '');
      if (other !== undefined) wrong.twice.push(`${said}: and so says ${other}`);
      this.claimed.set(row.destination ?? '', said);
      return;
    }
    if (row.outcome === 'left' && row.reason === 'cancelled') {
      if (!delivery.cancelled) wrong.astray.push(`${said}: nobody cancelled it`);
    } else if (row.outcome === 'conflicted' && this.isTaken(source, row.destination ?? '')) {
      // Another file of the lane has its destination, or a stranger's, and the profile says not to number it.
    } else if (!delivery.isDisturbed(row.path) && !delivery.isDisturbed(`${row.path}/`))
      wrong.astray.push(`${said}: nobody had touched it`);
    else if (!OF_DISTURBED.test(row.reason ?? '')) wrong.astray.push(said);
    if (delivery.isDisturbed(row.path) || dirname(row.path) === '.') return;
    const there = this.found.get(source);
    if (there === undefined || !contents.wasAt(source, there))
      wrong.astray.push(`${said}: but it is not at its source`);
  }

  private isTaken(source: string, destination: string): boolean {
    const there = this.found.get(destination);
    return there !== undefined && !this.scene.contents.wasAt(source, there);
  }

  private lookOutside(): void {
    for (const [folder, before] of this.scene.led)
      if (traces(folder) !== before) this.figures.wrong.astray.push(`something was done outside, in ${folder}`);
  }
}
