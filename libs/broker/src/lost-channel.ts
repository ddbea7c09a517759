/** What it says, and to whom: the app's structured log. */
export interface LostChannelLog {
  warn(fields: object, message: string): void;
  fatal(fields: object, message: string): void;
}

/**
 * amqplib throws this where something is settled or published on a channel that was lost with its connection, or where the broker refused an
 * operation and closed the channel for it, such as a set-up of golevelup's that nobody waits for. What is lost comes again by itself, so it is
 * no reason to die.
 */
function isLostChannel(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.name === 'IllegalOperationError' ||
      /^((Channel|Connection) (closed|ended|closing)\b|Operation failed: )/i.test(error.message))
  );
}

/**
 * A rejection that nobody handled ends the process, as it should, unless a lost AMQP channel is all there is to it. `end` is to end the
 * process, after it has written what is logged.
 */
export function surviveLostChannels(log: LostChannelLog, end: () => void): void {
  const judge = (error: unknown): void => {
    if (isLostChannel(error)) return log.warn({ err: error }, 'An AMQP channel was lost; its messages come again');
    log.fatal({ err: error }, 'Something unexpected happened; this process ends');
    end();
  };
  process.on('unhandledRejection', judge);
  process.on('uncaughtException', judge);
}
