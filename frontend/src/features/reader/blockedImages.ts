/** Gives pictures that were not loaded a quiet place instead of the browser's torn icon. */

const EMPTY = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';
const PIXEL_PX = 4; // smaller pictures only count readers; nobody misses them
const UNSAID_HEIGHT = '48px';

/** What the message's own markup says of a side, in pixels; NaN when it says nothing. */
const said = (image: HTMLImageElement, side: 'width' | 'height'): number =>
  Number.parseFloat(image.getAttribute(side) ?? '');

/** Keep the place that the picture would take, so that the message looks as it was meant. */
function keepPlace(image: HTMLImageElement): void {
  const width = said(image, 'width');
  const height = said(image, 'height');
  if (width <= PIXEL_PX || height <= PIXEL_PX) {
    image.dataset.blocked = 'pixel';
    return;
  }
  image.dataset.blocked = 'picture';
  const hasPercent = image.getAttribute('width')?.endsWith('%') ?? false;
  if (width > 0 && height > 0 && !hasPercent) image.style.aspectRatio = `${width} / ${height}`;
  else if (!image.style.height) image.style.height = UNSAID_HEIGHT;
}

/** Mark pictures without a source that may be shown; `alt` stays for those who listen. */
export function settleImages(root: ParentNode): void {
  for (const image of root.querySelectorAll('img')) {
    const source = image.getAttribute('src') ?? '';
    if (/^(data:|\/api\/)/.test(source)) continue;
    image.setAttribute('src', EMPTY);
    keepPlace(image);
    if (image.alt && !image.title) image.title = image.alt;
  }
}
