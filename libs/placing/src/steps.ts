/** The named points between two effects of placing: tests stop or kill a process there. The product passes nothing. */
export type Step =
  | 'claimed'
  | 'taken-over'
  | 'staged'
  | 'copied'
  | 'checked'
  | 'published'
  | 'destinations-synced'
  | 'sources-finished'
  | 'dead-lettered'
  | 'ended'
  | 'released'
  | 'epilogue-claimed'
  | 'reasons-begun'
  | 'reasons-written'
  | 'reasons-noted'
  | 'reasons-published'
  | 'folder-removed'
  | 'folders-removed';

export type OnStep = (step: Step) => Promise<void> | void;
