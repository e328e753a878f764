/** A chart on two logarithmic scales, as SVG: each series a line of points `[x, y]`. Reads well on light and dark pages. */
export function drawChart({ title, xLabel, yLabel, series }) {
  const [width, height, left, top, right, bottom] = [700, 360, 64, 44, 220, 48];
  const points = series.flatMap((one) => one.points);
  const [xLow, xHigh] = findDecades(points.map(([x]) => x));
  const [yLow, yHigh] = findDecades(points.map(([, y]) => y));
  const place = (value, low, high, from, to) =>
    from + ((Math.log10(value) - low) / (high - low)) * (to - from);
  const atX = (x) => round(place(x, xLow, xHigh, left, width - right));
  const atY = (y) => round(place(y, yLow, yHigh, height - bottom, top));
  const text = (x, y, content, more = '') => `<text x="${x}" y="${y}" ${more}>${escapeText(content)}</text>`;
  const grid = [
    ...decades(xLow, xHigh).map(
      (x) =>
        `<path d="M${atX(x)} ${top}V${height - bottom}"/>${text(atX(x), height - bottom + 18, x.toLocaleString('en'), 'text-anchor="middle"')}`,
    ),
    ...decades(yLow, yHigh).map(
      (y) =>
        `<path d="M${left} ${atY(y)}H${width - right}"/>${text(left - 8, atY(y) + 4, String(y), 'text-anchor="end"')}`,
    ),
  ];
  const lines = series.map(({ name, colour, points: own, isDashed }) => {
    const path = own.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${atX(x)} ${atY(y)}`).join('');
    const dots = own.map(([x, y]) => `<circle cx="${atX(x)}" cy="${atY(y)}" r="3"/>`).join('');
    const [x, y] = own.at(-1);
    const dash = isDashed ? ' stroke-dasharray="5 4"' : '';
    return `<g fill="${colour}" stroke="none"><path d="${path}" fill="none" stroke="${colour}" stroke-width="2"${dash}/>${dots}${text(atX(x) + 10, atY(y) + 4, name)}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="${escapeText(title)}">
<g fill="#767676" stroke="#7676764d"><g stroke-width="1">${grid.join('').replaceAll('<text', '<text stroke="none"')}</g></g>
<g fill="#767676">${text(left, 20, title, 'font-size="14"')}${text((left + width - right) / 2, height - 8, xLabel, 'text-anchor="middle"')}${text(left, top - 8, yLabel, 'text-anchor="end"')}</g>
${lines.join('\n')}
</svg>
`;
}

/** The powers of ten around values, as exponents. */
function findDecades(values) {
  return [Math.floor(Math.log10(Math.min(...values))), Math.ceil(Math.log10(Math.max(...values)))];
}

function decades(low, high) {
  return Array.from({ length: high - low + 1 }, (_, index) => Number((10 ** (low + index)).toPrecision(1)));
}

function round(value) {
  return Math.round(value * 10) / 10;
}

function escapeText(content) {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
