/**
 * Thrown inside the runtime when another invocation has claimed the execution: this one stops on the spot and answers `superseded`.
 * Never reaches user code, so it cannot be caught there.
 */
export class Superseded extends Error {
  override readonly name = 'Superseded';
}
