import type { ClientBase } from 'pg';
import { fromDriver } from './failure';

/** Whatever a parameter may be; arrays are arrays of the server. */
export type Value = string | number | Buffer | null | readonly (string | number | Buffer | null)[];

/** Statements on one connection, one after the other. Throws the server's errors as they are, a lost connection as ConnectionLost. */
export class Session {
  constructor(private readonly client: ClientBase) {}

  async all<Row extends object>(sql: string, ...values: Value[]): Promise<Row[]> {
    return (await this.#query<Row>(sql, values)).rows;
  }

  async first<Row extends object>(sql: string, ...values: Value[]): Promise<Row | undefined> {
    return (await this.all<Row>(sql, ...values))[0];
  }

  /** How many rows it changed. */
  async run(sql: string, ...values: Value[]): Promise<number> {
    return (await this.#query(sql, values)).rowCount ?? 0;
  }

  async #query<Row extends object>(sql: string, values: Value[]) {
    try {
      return await this.client.query<Row>(sql, values.map(storable));
    } catch (error) {
      throw fromDriver(error);
    }
  }

  /** Statements without parameters, in one round trip; what the last of them was. */
  async command(sql: string): Promise<string> {
    try {
      const results = await this.client.query(sql);
      return (Array.isArray(results) ? (results as { command: string }[]).at(-1) : results)?.command ?? '';
    } catch (error) {
      throw fromDriver(error);
    }
  }
}

/** The server's text has no NUL: it is kept as the sign for what can't be shown. Paths are bytes, and exact. */
function storable(value: Value): Value {
  if (typeof value === 'string') return value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value;
  return Array.isArray(value)
    ? (value as (string | number | Buffer | null)[]).map((one) => storable(one) as string)
    : value;
}
