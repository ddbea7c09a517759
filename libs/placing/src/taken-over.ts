/** Another process has begun with the same epilogue, or may: this one stops, and the other ends it. */
export class TakenOver extends Error {
  override readonly name = 'TakenOver';

  constructor(scan: string) {
    super(`The epilogue of scan ${scan} is another's`);
  }
}
