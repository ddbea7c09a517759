import { type ByteSource } from '../byte-source';
import { type Contents } from '../contents';

const MAX_BYTES = 1024 * 1024;

/** A sidecar: the file is a packet. */
export function readXmpFile(source: ByteSource): Contents {
  return { problems: [], xmp: () => source.at(0, Math.min(source.size, MAX_BYTES)) };
}
