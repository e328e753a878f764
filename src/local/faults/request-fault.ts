/**
 * What a {@link RequestHook} can do to one request.
 * `when` says whether the request takes effect first: `before` (the default) means it never does.
 */
export type RequestFault =
  | { readonly kind: 'throttle' }
  | { readonly kind: 'server-error'; readonly when?: 'after' | 'before' }
  | { readonly kind: 'error'; readonly status: number; readonly errorType: string; readonly message?: string }
  | { readonly kind: 'lost-reply'; readonly when?: 'after' | 'before' }
  | { readonly kind: 'hang'; readonly when?: 'after' | 'before' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'crash-caller'; readonly when?: 'after' | 'before' }
  | { readonly kind: 'duplicate' };
