/** Prints a line of progress. */
export function say(text) {
  console.log(text);
}

/** A failure whose message already says what is wrong and what to do; it is printed without a stack. */
export class CommandFailure extends Error {}

/**
 * Runs a command to its end and sets the exit code: 0 on success, 1 on failure, 130/143 when interrupted. `work` gets a
 * list of clean-ups, run last one first when it fails or is interrupted; what it wants to keep it takes off the list.
 * @param {string} name as the user typed it
 * @param {(cleanUps: Array<() => unknown>) => Promise<unknown>} work
 */
export async function runCommand(name, work) {
  const cleanUps = [];
  const cleanUp = async () => {
    for (let next = cleanUps.pop(); next; next = cleanUps.pop()) {
      try {
        await next();
      } catch (error) {
        console.error(`While cleaning up: ${error.message}`);
      }
    }
  };
  const interrupted = (signal, code) => () => {
    console.error(`\n${name}: interrupted by ${signal}; stopping what it started …`);
    process.removeAllListeners(signal); // a second signal ends it at once
    void cleanUp().then(() => process.exit(code));
  };
  process.once('SIGINT', interrupted('SIGINT', 130));
  process.once('SIGTERM', interrupted('SIGTERM', 143));
  try {
    await work(cleanUps);
  } catch (error) {
    console.error(`\n${name} failed: ${error instanceof CommandFailure ? error.message : (error.stack ?? error)}`);
    await cleanUp();
    process.exitCode = 1;
  }
}
