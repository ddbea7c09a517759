import type { Broker } from '@assay/broker';
import type { Config } from '@assay/config';
import type { ProfilesFolder } from '@assay/config/profiles';
import type { FactReaders, Roots } from '@assay/files';
import type { Ledger } from '@assay/ledger';

/** What the HTTP side is made of. Opened before it and closed after it, by the one who started it. */
export interface Parts {
  readonly config: Config;
  readonly ledger: Ledger;
  readonly broker: Broker;
  readonly roots: Roots;
  readonly profiles: ProfilesFolder;
  /** Reads single files for `POST /v1/inspections`. */
  readonly readers: FactReaders;
}

/** Nest asks for these by name, since they are no classes. */
export const CONFIG = Symbol('config');
export const LEDGER = Symbol('ledger');
