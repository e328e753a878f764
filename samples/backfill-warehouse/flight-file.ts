import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Flight, FlightSource } from './flight-source';

/**
 * The flights of a JSON file, delivered no faster than `rowsPerSecond`: what a partner's API with a rate limit is like.
 * A page that is asked for again at once, because it could not be written, is at hand still.
 */
export class FlightFile implements FlightSource {
  private flights: Promise<readonly Flight[]> | undefined;
  private nextReadAt = 0;
  private lastPosition = -1;

  constructor(
    private readonly file: string,
    private readonly rowsPerSecond: number,
  ) {}

  async count(): Promise<number> {
    return (await this.load()).length;
  }

  async read(position: number, limit: number): Promise<readonly Flight[]> {
    const page = (await this.load()).slice(position, position + limit);
    if (position === this.lastPosition) return page;
    this.lastPosition = position;
    const waitMs = Math.max(0, this.nextReadAt - Date.now());
    this.nextReadAt = Date.now() + waitMs + (page.length / this.rowsPerSecond) * 1_000;
    if (waitMs > 0) await sleep(waitMs);
    return page;
  }

  private load(): Promise<readonly Flight[]> {
    this.flights ??= readFile(this.file, 'utf8').then((text) => JSON.parse(text) as Flight[]);
    return this.flights;
  }
}
