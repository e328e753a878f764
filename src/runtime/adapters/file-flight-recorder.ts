import type { FlightRecorder, LostTries, TryStart } from '../ports';

/** What the file of a delivery says. */
interface Note {
  /** The process that wrote it. */
  readonly life: string;
  readonly lostCount: number;
  readonly deadlineMs: number;
  readonly memoryLimitMb: number;
  readonly atMs: number;
  readonly memoryShare: number;
  readonly unit: string;
}

const bytesPerMb = 1_048_576;

/**
 * Keeps signs of life in small files of the temporary folder, which Lambda does not clear when it starts a dead process anew:
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
export class FileFlightRecorder implements FlightRecorder {
  readonly #life: string;
  readonly #folder: string;
  readonly #notes = new Map<string, Note>();

  /** `life` tells this process from those before it. */
  constructor(
    folder: string = process.getBuiltinModule('node:os').tmpdir(),
    life: string = process.getBuiltinModule('node:crypto').randomUUID(),
  ) {
    this.#folder = folder;
    this.#life = life;
  }

  begin(delivery: string, { nowMs, deadlineMs, memoryLimitMb }: TryStart): LostTries | undefined {
    const earlier = this.#read(delivery);
    const lostCount = (earlier?.lostCount ?? 0) + (earlier === undefined || earlier.life === this.#life ? 0 : 1);
    const memoryShare = readShare(memoryLimitMb);
    this.#write(delivery, { life: this.#life, lostCount, deadlineMs, memoryLimitMb, atMs: nowMs, memoryShare, unit: '' });
    if (earlier === undefined || lostCount === 0) return undefined;
    const { atMs, memoryShare: share, unit } = earlier;
    return { count: lostCount, deadlineMs: earlier.deadlineMs, lastSign: { atMs, memoryShare: share, unit } };
  }

  sign(delivery: string, nowMs: number, unit: string): void {
    const note = this.#notes.get(delivery);
    if (note !== undefined) this.#write(delivery, { ...note, atMs: nowMs, memoryShare: readShare(note.memoryLimitMb), unit });
  }

  end(delivery: string): void {
    this.#notes.delete(delivery);
    const file = this.#locate(delivery);
    for (const name of [file, `${file}.new`]) files().rmSync(name, { force: true });
  }

  /** Whole or not at all: a process that is killed while it writes leaves the note before. */
  #write(delivery: string, note: Note): void {
    this.#notes.set(delivery, note);
    const file = this.#locate(delivery);
    files().writeFileSync(`${file}.new`, JSON.stringify(note), { mode: 0o600 });
    files().renameSync(`${file}.new`, file);
  }

  /** What is no note says no more than one that is not there. */
  #read(delivery: string): Note | undefined {
    try {
      return JSON.parse(files().readFileSync(this.#locate(delivery), 'utf8')) as Note;
    } catch {
      return undefined;
    }
  }

  #locate(delivery: string): string {
    const name = process.getBuiltinModule('node:crypto').createHash('sha256').update(delivery).digest('hex').slice(0, 32);
    return process.getBuiltinModule('node:path').join(this.#folder, `lambda-baton-${name}.json`);
  }
}

function readShare(memoryLimitMb: number): number {
  return process.memoryUsage.rss() / (memoryLimitMb * bytesPerMb);
}

function files(): typeof import('node:fs') {
  return process.getBuiltinModule('node:fs');
}
