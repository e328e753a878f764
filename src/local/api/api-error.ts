/** An error as an AWS API answers it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    /** HTTP status. */
    readonly status: number,
    /** `ResourceNotFoundException`, …: becomes the name of the SDK's error. */
    readonly type: string,
    message: string,
    /** More fields of the answer's body, such as `Reason`. */
    readonly fields: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}
