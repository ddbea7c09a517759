import { type ContentFacts, type FactGroup, type FileFacts } from '@assay/inspection';
import { ByteStream } from './byte-stream';
import { completeness } from './complete';
import { decoding } from './decodes';
import { digestOf } from './digest';

/** An open file whose content is to be looked at from one end to the other. */
export interface OpenFile {
  fd: number;
  size: number;
  /** A path that leads to the open file for a library; null where no third-party code may be let at it, or none can be named. */
  path: string | null;
  /** Called now and then while a long file is read. */
  onWait: () => void;
}

/** Adds the facts that need the whole file, as far as `needs` asks. Errors of the disk pass through. */
export async function addContentFacts(facts: FileFacts, file: OpenFile, needs: readonly FactGroup[]): Promise<void> {
  const { fd, size, path, onWait } = file;
  const content: ContentFacts = {};
  const why: { complete?: string; decodes?: string } = {};
  if (needs.includes('complete')) {
    const found = completeness(new ByteStream(fd, size, onWait), facts.mediaType);
    content.complete = found.complete;
    if (found.why !== undefined) why.complete = found.why;
  }
  if (needs.includes('decodes') && path !== null) {
    const found = await decoding(path, size, facts.mediaType);
    content.decodes = found.decodes;
    if (found.why !== undefined) why.decodes = found.why;
  }
  if (Object.keys(why).length > 0) content.why = why;
  if (Object.keys(content).length > 0) facts.content = content;
  if (needs.includes('digest')) facts.digest = digestOf(new ByteStream(fd, size, onWait));
}
