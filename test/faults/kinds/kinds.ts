import { BROKER_FAULTS } from './broker-faults';
import { DISK_FULL } from './disk-faults';
import type { Fault } from './fault';
import { LEDGER_FAULTS } from './ledger-faults';
import { PROCESS_FAULTS } from './process-faults';
import { STRANGER_FAULTS } from './stranger-faults';
import { SWAP_FAULTS } from './swap-faults';

/** Every kind of fault that is injected at moments of its own. */
export const FAULTS: readonly Fault[] = [
  ...PROCESS_FAULTS,
  ...BROKER_FAULTS,
  ...LEDGER_FAULTS,
  DISK_FULL,
  ...STRANGER_FAULTS,
  ...SWAP_FAULTS,
];

/** What holds for a whole run: one lane's destinations, and what the kernel refuses to some subscribers. Counted by the deliveries, and by the processes. */
export const STANDING = {
  otherDevice: 'destination on another device',
  noRename: 'renameat2 refused',
  noLinks: 'hard links refused',
} as const;
