import register from './register.json';

/** Tests that cannot hold in some configurations, and why: each asserts the very thing that these change. */
interface Entry {
  readonly in: readonly string[];
  readonly because: string;
  /** Full titles, by file. */
  readonly tests: Readonly<Record<string, readonly string[]>>;
}

/** The titles of a file's tests that cannot hold in a configuration. */
export function readRegister(configuration: string, file: string): ReadonlySet<string> {
  const entries = (register as readonly Entry[]).filter((entry) => entry.in.includes(configuration));
  return new Set(entries.flatMap(({ tests }) => tests[file] ?? []));
}
