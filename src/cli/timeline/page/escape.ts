import { escapeControls } from '../../view/text';

const entities: Readonly<Record<string, string>> = {
  '"': '&quot;',
  '&': '&amp;',
  "'": '&#39;',
  '<': '&lt;',
  '>': '&gt;',
};

/** A text as part of an HTML page, also inside an attribute. What would turn or hide other text is shown. */
export function escapeHtml(text: string): string {
  return escapeControls(text).replaceAll(/["&'<>]/g, (character) => entities[character] ?? '');
}

/** Data as JSON inside a `script` element, which nothing in it can end. Its texts are such as {@link escapeHtml} shows them. */
export function writeScriptJson(data: unknown): string {
  const text = JSON.stringify(data, (_name, value) =>
    typeof value === 'string' ? escapeControls(value) : value,
  );
  return text.replaceAll(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}
