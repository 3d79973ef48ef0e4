/** How high a message frame must be, and when to stop following its wishes. */

const CAP_PX = 30_000; // beyond this the frame scrolls inside
const MOST_GROWTHS = 8; // content as high as its frame plus something grows without end
const SCROLLBAR_PX = 16;

type Measured = { readonly content: number; readonly width: number; readonly overflowsSideways: boolean };

/** Keeps the height of one frame. Pure but for its own memory. */
export class FrameHeight {
  #height = 0;
  #growths = 0;
  #width = 0;

  /** A new message begins. */
  reset(): void {
    this.#height = 0;
    this.#growths = 0;
  }

  /** The height to set now, or null to leave it. */
  next({ content, width, overflowsSideways }: Measured): number | null {
    if (width !== this.#width) {
      this.#width = width;
      this.#growths = 0;
    }
    const wanted = Math.min(CAP_PX, Math.ceil(content) + (overflowsSideways ? SCROLLBAR_PX : 0));
    if (Math.abs(wanted - this.#height) < 2) return null;
    if (wanted > this.#height && this.#height > 0 && ++this.#growths > MOST_GROWTHS) return null;
    this.#height = wanted;
    return wanted;
  }
}

const SMALLEST_ZOOM = 0.45; // a newsletter of 600 px on a phone is 0.6; below this nobody can read

/** How much to shrink a message that is wider than its frame; 1 when it fits. Pure. */
export function zoomToFit(contentWidth: number, frameWidth: number): number {
  if (frameWidth <= 0 || contentWidth <= frameWidth + 1) return 1;
  return Math.max(SMALLEST_ZOOM, Math.floor((frameWidth / contentWidth) * 1000) / 1000);
}

/** Shrink a wide message into its frame, as phones do with designed mail. */
export function fitWidth(page: Document, root: HTMLElement): void {
  root.style.setProperty('zoom', '1');
  const zoom = zoomToFit(root.scrollWidth, page.documentElement.clientWidth);
  root.style.setProperty('zoom', String(zoom));
}

/** Measure the written message inside its frame. */
export function measure(frame: Document, root: HTMLElement): Measured {
  const width = frame.documentElement.clientWidth;
  return {
    content: Math.max(root.getBoundingClientRect().height, root.scrollHeight * zoomOf(root)),
    width,
    overflowsSideways: frame.documentElement.scrollWidth > width,
  };
}

const zoomOf = (root: HTMLElement): number => Number(root.style.getPropertyValue('zoom')) || 1;
