import { withArticle } from '../../../../../src/runtime/core/state/copy-refusal';

describe('withArticle', () => {
  it.each(['an Agent', 'an Error', 'an Iterator', 'an order', 'an Umbrella', 'an AgentURL'])(
    'withArticle says %s',
    (text) => {
      expect(withArticle(text.slice(3))).toBe(text);
    },
  );

  it.each([
    'a Socket',
    'a URL',
    'a URLPattern',
    'a URIError',
    'a Uint8Array',
    'a Unit',
    'a User',
    'a European',
  ])('withArticle says %s', (text) => {
    expect(withArticle(text.slice(2))).toBe(text);
  });
});
