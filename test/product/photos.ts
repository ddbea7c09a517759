import sharp from 'sharp';

export interface PhotoOptions {
  width?: number;
  height?: number;
  camera?: { make: string; model: string };
  /** `2024:02:29 12:34:56` */
  taken?: string;
  /** Anything; different seeds give different bytes. */
  seed?: string | number;
}

const made = new Map<string, Promise<Buffer>>();

/** A real JPEG with EXIF that passes the profile `photos`; every seed gives other bytes. */
export async function photo({
  width = 320,
  height = 240,
  camera,
  taken,
  seed = 0,
}: PhotoOptions = {}): Promise<Buffer> {
  const { make, model } = camera ?? { make: 'Maker', model: 'Model' };
  const key = JSON.stringify([width, height, make, model, taken]);
  let base = made.get(key);
  if (!base) {
    const noise = Buffer.from(Array.from({ length: width * height * 3 }, (_, index) => (index * 7919) % 251));
    base = sharp(noise, { raw: { width, height, channels: 3 } })
      .jpeg({ quality: 80 })
      .withExif({
        IFD0: { Make: make, Model: model },
        IFD2: { DateTimeOriginal: taken ?? '2024:02:29 12:34:56' },
      })
      .toBuffer();
    made.set(key, base);
  }
  // Bytes after the end of the image belong to no reader, and make the file its own.
  return Buffer.concat([await base, Buffer.from(`\n${seed}`)]);
}
