/** What the test asks of an environment. */
export type ToEnvironment =
  | {
      readonly kind: 'call';
      readonly callId: number;
      readonly event: unknown;
      readonly awsRequestId: string;
      readonly remainingMs: number;
    }
  | { readonly kind: 'go'; readonly point: string }
  | { readonly kind: 'hold'; readonly point: string }
  | { readonly kind: 'lose-reply'; readonly invocation: number };

/** What an environment tells the test. */
export type FromEnvironment =
  | { readonly kind: 'ended'; readonly callId: number; readonly answer: unknown }
  | {
      readonly kind: 'ended';
      readonly callId: number;
      readonly error: { readonly code: string; readonly message: string };
    }
  | { readonly kind: 'reached'; readonly point: string }
  | {
      readonly kind: 'sent';
      readonly channel: string;
      readonly executionId: string;
      readonly invocation: number;
      readonly body: string;
    };
