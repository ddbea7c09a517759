import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient, Answer, ScanAnswer } from '../installation';
import type { Contents } from './contents';
import { Delivery, type Places } from './delivery';
import type { Random } from './random';

const ASK_AGAIN_MS = 300;
const FINISHED = ['completed', 'cancelled', 'failed'];

export interface LaneOptions {
  name: string;
  places: Places;
  profile: string;
  priority: 'high' | 'normal' | 'low';
  /** Files of each delivery. */
  files: number;
  /** Scans are cancelled in their course. */
  cancels: boolean;
}

/** Hands in one delivery after the other and has each scanned, as a client does that knows no more than the API tells. */
export class Lane {
  readonly deliveries: Delivery[] = [];
  /** What no client should have been told. */
  readonly problems: string[] = [];

  constructor(
    readonly options: LaneOptions,
    private readonly contents: Contents,
    private readonly random: Random,
    /** Null while no API process listens. */
    private readonly api: () => ApiClient | null,
  ) {}

  /** The delivery that is under way. */
  get current(): Delivery | null {
    const last = this.deliveries.at(-1);
    return last !== undefined && last.scan === null ? last : null;
  }

  /** Until `goOn` says no, and then to the end of the last one; gives up where `late` is true. */
  async run(goOn: () => boolean, late: () => boolean): Promise<void> {
    while (goOn()) {
      const { name, places, files, cancels } = this.options;
      const delivery = new Delivery(`${name}-${this.deliveries.length}`, places);
      delivery.write(files, this.contents, this.random);
      this.deliveries.push(delivery);
      if (!(await this.ask(delivery, late))) return;
      if (cancels) await this.cancel(delivery, late);
      if (!(await this.follow(delivery, late))) return;
    }
  }

  private async ask(delivery: Delivery, late: () => boolean): Promise<boolean> {
    const { profile, priority, places } = this.options;
    const body = {
      directory: delivery.directory,
      accept: places.accept,
      quarantine: places.quarantine,
      profile,
      priority,
    };
    const answer = await this.until<ScanAnswer>(late, [202], `ask for ${delivery.name}`, (api) =>
      api.post('/v1/scans', body, { 'idempotency-key': delivery.directory }),
    );
    delivery.id = answer?.body.id ?? null;
    return answer !== null;
  }

  private async cancel(delivery: Delivery, late: () => boolean): Promise<void> {
    await sleep(this.random.between(0, 2_500));
    delivery.cancelled = true;
    // 409: it was quicker.
    await this.until(late, [200, 202, 409], `cancel ${delivery.name}`, (api) =>
      api.post(`/v1/scans/${delivery.id}/cancel`),
    );
  }

  private async follow(delivery: Delivery, late: () => boolean): Promise<boolean> {
    for (;;) {
      const answer = await this.until<ScanAnswer>(late, [200], `follow ${delivery.name}`, (api) =>
        api.get(`/v1/scans/${delivery.id}`),
      );
      if (answer === null) return false;
      if (FINISHED.includes(answer.body.state)) {
        delivery.scan = answer.body;
        return true;
      }
      if (late()) {
        this.problems.push(`${delivery.name} did not end in time: ${JSON.stringify(answer.body)}`);
        return false;
      }
      await sleep(ASK_AGAIN_MS);
    }
  }

  /** Asks again while nobody answers, or the answer is 503. Null after any other answer than is expected, which is a problem. */
  private async until<T>(
    late: () => boolean,
    expected: number[],
    what: string,
    call: (api: ApiClient) => Promise<Answer<T>>,
  ): Promise<Answer<T> | null> {
    let last = 'no API process listens';
    while (!late()) {
      try {
        const api = this.api();
        const answer = api && (await call(api));
        if (answer && expected.includes(answer.status)) return answer;
        if (answer && answer.status !== 503) {
          this.problems.push(`could not ${what}: ${answer.status} ${answer.text}`);
          return null;
        }
        if (answer) last = answer.text;
      } catch (error) {
        // The process went away in the middle of the call, or has not come yet.
        last = String((error as Error).cause ?? error);
      }
      await sleep(ASK_AGAIN_MS);
    }
    this.problems.push(`could not ${what} in time: ${last}`);
    return null;
  }
}
