/** The broker can't be used now; trying again later may succeed. `message` says what was tried and what to look at. */
export class BrokerUnavailable extends Error {
  override readonly name = 'BrokerUnavailable';
}

/** Exchanges or queues on the broker differ from ours, or no queue took a message: an operator has to look. */
export class TopologyMismatch extends Error {
  override readonly name = 'TopologyMismatch';
}
