import { type Box, FieldReader, innerBoxes } from '../iso-boxes';

/** A part of an item's bytes. */
export interface Extent {
  offset: number;
  length: number;
}

/** Where an item's bytes lie: at offsets of the file, or within the box `idat`. */
export interface ItemPlace {
  inIdat: boolean;
  extents: Extent[];
}

const MAX_ITEMS = 4096;
const MAX_EXTENTS = 64;

const payloadOf = (boxes: readonly Box[], type: string): Buffer | undefined =>
  boxes.find((box) => box.type === type)?.payload;

/** The number of the picture that the file stands for (`pitm`). */
export function primaryItem(meta: readonly Box[]): number | null {
  const payload = payloadOf(meta, 'pitm');
  if (payload === undefined) return null;
  const fields = new FieldReader(payload);
  const version = fields.number(1);
  fields.number(3);
  const item = fields.number(version === 0 ? 2 : 4);
  return fields.broken ? null : item;
}

/** The number of the first item of this type (`iinf`, `infe`). */
export function itemOfType(meta: readonly Box[], type: string): number | null {
  const payload = payloadOf(meta, 'iinf');
  if (payload === undefined) return null;
  const head = new FieldReader(payload);
  const version = head.number(1);
  head.number(3);
  head.number(version === 0 ? 2 : 4);
  for (const entry of innerBoxes(head.rest())) {
    if (entry.type !== 'infe') continue;
    const fields = new FieldReader(entry.payload);
    const entryVersion = fields.number(1);
    fields.number(3);
    const item = fields.number(entryVersion >= 3 ? 4 : 2);
    fields.number(2);
    if (entryVersion >= 2 && fields.text(4) === type && !fields.broken) return item;
  }
  return null;
}

/** Where the item's bytes lie (`iloc`, ISO/IEC 14496-12, 8.11.3). */
export function placeOfItem(meta: readonly Box[], wanted: number): ItemPlace | null {
  const payload = payloadOf(meta, 'iloc');
  if (payload === undefined) return null;
  const fields = new FieldReader(payload);
  const version = fields.number(1);
  fields.number(3);
  const sizes = fields.number(2);
  const [offsetBytes, lengthBytes, baseBytes] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15] as const;
  const indexBytes = version === 0 ? 0 : sizes & 15;
  if (version > 2 || [offsetBytes, lengthBytes, baseBytes, indexBytes].some((size) => ![0, 4, 8].includes(size)))
    return null;
  const count = Math.min(fields.number(version < 2 ? 2 : 4), MAX_ITEMS);
  for (let index = 0; index < count && !fields.broken; index += 1) {
    const item = fields.number(version < 2 ? 2 : 4);
    const method = version === 0 ? 0 : fields.number(2) & 15;
    fields.number(2);
    const base = fields.number(baseBytes);
    const extentCount = fields.number(2);
    if (extentCount > MAX_EXTENTS) return null;
    const extents: Extent[] = [];
    for (let extent = 0; extent < extentCount; extent += 1) {
      fields.number(indexBytes);
      extents.push({ offset: base + fields.number(offsetBytes), length: fields.number(lengthBytes) });
    }
    if (item === wanted) return fields.broken || method > 1 ? null : { inIdat: method === 1, extents };
  }
  return null;
}

/** The first property of this type of a picture item, found through `ipma` (ISO/IEC 23008-12, 9.3). */
function propertyOfItem(meta: readonly Box[], item: number, type: string): Buffer | null {
  const properties = payloadOf(meta, 'iprp');
  if (properties === undefined) return null;
  const boxes = innerBoxes(properties);
  const store = innerBoxes(payloadOf(boxes, 'ipco') ?? Buffer.alloc(0));
  for (const { payload } of boxes.filter((box) => box.type === 'ipma'))
    for (const index of associations(payload, item)) {
      const property = store[index - 1];
      if (property?.type === type) return property.payload;
    }
  return null;
}

/** Width and height of a picture item: `ispe` (ISO/IEC 23008-12, 6.5.3). */
export function sizeOfItem(meta: readonly Box[], item: number): { width: number; height: number } | null {
  const property = propertyOfItem(meta, item, 'ispe');
  if (property === null) return null;
  const fields = new FieldReader(property);
  fields.number(4);
  const size = { width: fields.number(4), height: fields.number(4) };
  return fields.broken ? null : size;
}

/** Degrees clockwise by which the picture is turned to be shown: `irot` counts quarters the other way (6.5.10). */
export function rotationOfItem(meta: readonly Box[], item: number): number | null {
  const quarters = propertyOfItem(meta, item, 'irot')?.[0];
  return quarters === undefined ? null : ((4 - (quarters & 3)) % 4) * 90;
}

/** Numbers, from 1, of the item's properties. */
function associations(ipma: Buffer, wanted: number): number[] {
  const fields = new FieldReader(ipma);
  const version = fields.number(1);
  const wide = (fields.number(3) & 1) === 1;
  const count = Math.min(fields.number(4), MAX_ITEMS);
  for (let entry = 0; entry < count && !fields.broken; entry += 1) {
    const item = fields.number(version < 1 ? 2 : 4);
    const indexes = Array.from({ length: fields.number(1) }, () =>
      wide ? fields.number(2) & 0x7fff : fields.number(1) & 0x7f,
    );
    if (item === wanted && !fields.broken) return indexes;
  }
  return [];
}
