import type { FlightRecorder, LostTries, TryStart, UnitPlace } from '../../ports';

/** What the file of a delivery says. */
interface Note {
  /** The process that wrote it. */
  readonly life: string;
  /** How many lives ended without a word, and how many of them in a row at the place where the last one did. */
  readonly lostCount: number;
  readonly samePlaceCount: number;
  readonly lostPlace?: UnitPlace;
  readonly place: UnitPlace;
  readonly deadlineMs: number;
  readonly memoryLimitMb: number;
  readonly atMs: number;
  readonly memoryShare: number;
  readonly unit: string;
}

const bytesPerMb = 1_048_576;

/**
 * Keeps heartbeats in small files of the temporary folder, which Lambda does not clear when it starts a dead process again:
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
    const losses = countLosses(earlier, this.#life);
    const now = { atMs: nowMs, memoryShare: readShare(memoryLimitMb), unit: '', place: 'start' as const };
    this.#write(delivery, { life: this.#life, ...losses, deadlineMs, memoryLimitMb, ...now });
    if (earlier === undefined || losses.lostPlace === undefined) return undefined;
    const { atMs, memoryShare, unit } = earlier;
    const { lostCount: count, lostPlace: place, samePlaceCount } = losses;
    return {
      count,
      place,
      samePlaceCount,
      deadlineMs: earlier.deadlineMs,
      lastSign: { atMs, memoryShare, unit },
    };
  }

  sign(delivery: string, nowMs: number, unit: string, place: UnitPlace): void {
    const note = this.#notes.get(delivery);
    if (note !== undefined)
      this.#write(delivery, {
        ...note,
        atMs: nowMs,
        memoryShare: readShare(note.memoryLimitMb),
        unit,
        place,
      });
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
    const name = process
      .getBuiltinModule('node:crypto')
      .createHash('sha256')
      .update(delivery)
      .digest('hex')
      .slice(0, 32);
    return process.getBuiltinModule('node:path').join(this.#folder, `lambda-baton-${name}.json`);
  }
}

/** What is known of earlier lives of a delivery, the last one included. */
function countLosses(
  earlier: Note | undefined,
  life: string,
): Pick<Note, 'lostCount' | 'lostPlace' | 'samePlaceCount'> {
  if (earlier === undefined) return { lostCount: 0, samePlaceCount: 0 };
  const { lostCount, samePlaceCount, lostPlace, place } = earlier;
  if (earlier.life === life) return { lostCount, samePlaceCount, ...(lostPlace && { lostPlace }) };
  return {
    lostCount: lostCount + 1,
    lostPlace: place,
    samePlaceCount: lostPlace === place ? samePlaceCount + 1 : 1,
  };
}

function readShare(memoryLimitMb: number): number {
  return process.memoryUsage.rss() / (memoryLimitMb * bytesPerMb);
}

function files(): typeof import('node:fs') {
  return process.getBuiltinModule('node:fs');
}
