import { inject, LongRunning, OnFailure, State, Step, type StepContext, Terminate } from '../../../src';

export const AGENCY = Symbol('agency');

/** Where trips are booked. */
export interface Agency {
  /** Books once for each key. */
  book(what: string, to: string, key: string): Promise<string>;
  cancel(booking: string): Promise<void>;
}

interface Trip {
  readonly to: string;
}

@LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
export class BookTrip {
  @State() flight = '';
  @State() hotel = '';
  @State() isBooked = false;

  constructor(@inject(AGENCY) private readonly agency: Agency) {}

  @Step({ compensate: 'cancelFlight' })
  async bookFlight(ctx: StepContext<Trip>) {
    this.flight = await this.agency.book('flight', ctx.input.to, ctx.idempotencyKey);
  }

  @Step({ compensate: 'cancelHotel', retry: { maxAttempts: 5 } })
  async bookHotel(ctx: StepContext<Trip>) {
    this.hotel = await this.agency.book('hotel', ctx.input.to, ctx.idempotencyKey);
    this.isBooked = true;
  }

  async cancelFlight() {
    if (this.flight !== '') await this.agency.cancel(this.flight);
  }

  async cancelHotel(ctx: StepContext<Trip>) {
    if (!ctx.undo?.isFinished) ctx.logger.warn('a booking of the hotel had begun, and may have been made');
    if (this.hotel !== '') await this.agency.cancel(this.hotel);
  }

  @Terminate()
  isDone() {
    return this.isBooked;
  }

  @OnFailure()
  tell(error: Error, ctx: StepContext<Trip>) {
    ctx.logger.error('the trip was not booked', { error });
  }
}
