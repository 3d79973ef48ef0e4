import { describe, expect, test } from 'vitest';
import { FrameHeight, zoomToFit } from './frameSizing';
import { FRAME_SANDBOX } from './sandbox';

test('the message frame may never run scripts, send forms, open dialogs or steer this page', () => {
  expect(FRAME_SANDBOX.split(' ').sort()).toEqual([
    'allow-popups',
    'allow-popups-to-escape-sandbox',
    'allow-same-origin',
  ]);
});

describe('the height of a frame', () => {
  const measured = (content: number, width = 600) => ({ content, width, overflowsSideways: false });

  test('follows the content both ways', () => {
    const height = new FrameHeight();
    expect(height.next(measured(300.2))).toBe(301);
    expect(height.next(measured(301))).toBeNull();
    expect(height.next(measured(120))).toBe(120);
  });

  test('leaves room for a scroll bar below wide content', () => {
    expect(new FrameHeight().next({ ...measured(300), overflowsSideways: true })).toBe(316);
  });

  test('has a limit', () => {
    expect(new FrameHeight().next(measured(1_000_000))).toBe(30_000);
  });

  test('stops following content that grows with the frame', () => {
    const height = new FrameHeight();
    let current = 100;
    let growths = 0;
    for (; growths < 100; growths++) {
      const next = height.next(measured(current + 50));
      if (next === null) break;
      current = next;
    }
    expect(growths).toBeLessThan(12);
    expect(height.next(measured(current + 50, 500))).not.toBeNull();
  });

  test('begins anew with the next message', () => {
    const height = new FrameHeight();
    for (let px = 100; px < 2_000; px += 50) height.next(measured(px));
    height.reset();
    expect(height.next(measured(5_000))).toBe(5_000);
  });
});

test('wide messages shrink to fit, but stay readable', () => {
  expect(zoomToFit(600, 600)).toBe(1);
  expect(zoomToFit(300, 600)).toBe(1);
  expect(zoomToFit(600, 360)).toBe(0.6);
  expect(zoomToFit(5_000, 360)).toBe(0.45);
  expect(zoomToFit(600, 0)).toBe(1);
});
