import type * as fileType from 'file-type' with { 'resolution-mode': 'import' };

/** Loaded when first needed: it is an ES module, and most deliveries never need it. */
const library = (): Promise<typeof fileType> => import('file-type');

/** The media type by file-type's signatures, or undefined where none of them fits. `head`: 64 KiB serve all of them. */
export async function otherMediaType(head: Buffer): Promise<string | undefined> {
  const { fileTypeFromBuffer } = await library();
  return (await fileTypeFromBuffer(head))?.mime;
}
