import type { Channel, Message } from 'amqplib';

/** How a channel says of deliveries that they are done with: of this one, or of all up to and with it. */
export type SendAck = (tag: number, upTo: boolean) => void;

/** What lies behind a delivery that is still worked on is acked by itself after this long, so that its place is free for others. */
export const APART_AFTER_MS = 50;

/**
 * Gathers the acks of one channel: those that are given together, and have no delivery before them that is still open, are sent as one. A
 * quorum queue writes each ack it gets to its log, so that this spares it one write for nearly every message.
 *
 * A channel counts its deliveries from 1 on without a gap.
 */
export class GatheredAcks {
  /** Every delivery up to this one is settled. */
  private low = 0;
  /** Settled behind `low`; true where the broker is to be told yet. */
  private readonly behind = new Map<number, boolean>();
  private due = false;
  private apart: NodeJS.Timeout | null = null;

  constructor(private readonly send: SendAck) {}

  /** To be sent when the caller has done what it does in one go. */
  ack(tag: number): void {
    this.behind.set(tag, true);
    if (this.due) return;
    this.due = true;
    queueMicrotask(() => this.sendTogether());
  }

  /** The delivery was settled in another way. */
  settled(tag: number): void {
    this.behind.set(tag, false);
  }

  private sendTogether(): void {
    this.due = false;
    let last = 0;
    for (let told = this.behind.get(this.low + 1); told !== undefined; told = this.behind.get(this.low + 1)) {
      this.low += 1;
      this.behind.delete(this.low);
      if (told) last = this.low;
    }
    // Up to one that the broker still waits for: it knows no others.
    if (last > 0) this.send(last, true);
    if (this.behind.size > 0) this.apart ??= setTimeout(() => this.sendApart(), APART_AFTER_MS).unref();
  }

  private sendApart(): void {
    this.apart = null;
    for (const [tag, untold] of this.behind) {
      if (!untold) continue;
      this.behind.set(tag, false);
      this.send(tag, false);
    }
  }
}

/** Gathers what is acked on this channel by whoever acks: golevelup does it delivery by delivery. To be called before anything is consumed. */
export function gatherAcks(channel: Channel): void {
  const ack = channel.ack.bind(channel);
  const nack = channel.nack.bind(channel);
  const gathered = new GatheredAcks((tag, upTo) => {
    try {
      ack({ fields: { deliveryTag: tag } } as Message, upTo);
    } catch {
      // The channel was lost meanwhile: the broker has taken everything back by itself.
    }
  });
  channel.ack = (message) => gathered.ack(message.fields.deliveryTag);
  channel.nack = (message, allUpTo, requeue) => {
    gathered.settled(message.fields.deliveryTag);
    nack(message, allUpTo, requeue);
  };
}
