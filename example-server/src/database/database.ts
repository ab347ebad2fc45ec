/** The database: Postgres in this process (PGlite), or a Postgres by its URL, behind one small interface. */
import { readFile } from 'node:fs/promises';

export interface Database {
  /** Runs one statement. `Row` is what its author says the columns are: by name, as the driver reads their types. */
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  close(): Promise<void>;
}

interface Driver extends Database {
  /** Runs a script of several statements. */
  run(script: string): Promise<void>;
}

export interface DatabaseOptions {
  /** Such as `postgres://localhost/example`. Without it the database is in memory, and gone with the process. */
  readonly url: string | undefined;
  /** Hears of every statement of a request. */
  readonly onQuery?: ((sql: string) => void) | undefined;
}

/** Opens the database; makes its tables and rows if they are not there. */
export async function openDatabase({ url, onQuery }: DatabaseOptions): Promise<Database> {
  const driver = url === undefined ? await openPGlite() : await openPostgres(url);
  try {
    for (const script of ['schema.sql', 'seed.sql']) {
      await driver.run(await readFile(new URL(script, import.meta.url), 'utf8'));
    }
  } catch (error) {
    await driver.close();
    throw error;
  }
  return {
    query: (sql, values) => {
      onQuery?.(sql);
      return driver.query(sql, values);
    },
    close: () => driver.close(),
  };
}

// Each driver is loaded when it is wanted: PGlite alone is some 10 MB of WebAssembly.
async function openPGlite(): Promise<Driver> {
  const { PGlite } = await import('@electric-sql/pglite');
  const database = await PGlite.create();
  return {
    query: async <Row extends object>(sql: string, values: readonly unknown[] = []) =>
      (await database.query<Row>(sql, [...values])).rows,
    run: async (script) => {
      await database.exec(script);
    },
    close: () => database.close(),
  };
}

async function openPostgres(connectionString: string): Promise<Driver> {
  const { Pool } = await import('pg');
  const pool = new Pool({ connectionString });
  // An idle connection that breaks is replaced by the pool; without a listener the event would end the process.
  pool.on('error', () => {});
  return {
    // Every statement of this server is a select or returns its rows, of the columns that `Row` names.
    query: async <Row extends object>(sql: string, values: readonly unknown[] = []) =>
      (await pool.query<Row & Record<string, unknown>>(sql, [...values])).rows,
    run: async (script) => {
      await pool.query(script);
    },
    close: () => pool.end(),
  };
}
