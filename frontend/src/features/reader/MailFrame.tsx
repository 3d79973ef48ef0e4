import { useEffect, useRef, useState } from 'react';
import { useCommandBoard } from '@/ui/keyboard/commandBoard';
import { useIsDark } from '@/ui/preferences';
import { settleImages } from './blockedImages';
import { FRAME_STYLE, light, lookOf } from './frameLook';
import { FrameHeight, fitWidth, measure } from './frameSizing';
import { onFrameClick } from './linkGuard';
import s from './MailFrame.module.css';
import { FRAME_SANDBOX } from './sandbox';

type Props = {
  /** Sanitised by the server; null hides the frame and keeps it warm. */
  html: string | null;
  title: string;
  onDoubtfulLink: (link: { shown: string; href: string }) => void;
};

/**
 * Shows message HTML: the only place in the app that writes HTML.
 *
 * The frame's document is a constant shell with a content security policy of its own; it is loaded
 * once and every message is written into it, which is some thirty times faster than a navigation.
 */
export function MailFrame({ html, title, onDoubtfulLink }: Props) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [shell, setShell] = useState<Document | null>(null);
  const height = useRef(new FrameHeight());
  const isDark = useIsDark();
  const board = useCommandBoard();
  const doubt = useRef(onDoubtfulLink);
  useEffect(() => {
    doubt.current = onDoubtfulLink;
  });

  useEffect(() => {
    const node = frame.current;
    if (!node) return;
    const take = (): void => {
      const page = node.contentDocument;
      if (!page?.getElementById('vx') || page.head.querySelector('[data-vexmail]')) return;
      const style = page.createElement('style');
      style.dataset.vexmail = '';
      style.textContent = FRAME_STYLE;
      page.head.append(style);
      setShell(page);
    };
    node.addEventListener('load', take);
    take();
    return () => node.removeEventListener('load', take);
  }, []);

  useEffect(() => {
    const node = frame.current;
    const root = shell?.getElementById('vx');
    if (!shell || !root || !node) return;
    let due = 0;
    let width = -1;
    const fit = (): void => {
      due = 0;
      if (shell.documentElement.clientWidth !== width) {
        width = shell.documentElement.clientWidth;
        fitWidth(shell, root);
      }
      const next = height.current.next(measure(shell, root));
      if (next !== null) node.style.height = `${next}px`;
    };
    const observer = new ResizeObserver(() => {
      due ||= requestAnimationFrame(fit);
    });
    observer.observe(root);
    const onClick = (event: MouseEvent): void => onFrameClick(event, (link) => doubt.current(link));
    shell.addEventListener('keydown', board.onKeyDown);
    shell.addEventListener('click', onClick);
    return () => {
      observer.disconnect();
      cancelAnimationFrame(due);
      shell.removeEventListener('keydown', board.onKeyDown);
      shell.removeEventListener('click', onClick);
    };
  }, [shell, board]);

  useEffect(() => {
    const node = frame.current;
    const root = shell?.getElementById('vx');
    if (!shell || !root || !node) return;
    height.current.reset();
    // The sink belongs to the frame's realm, which runs no scripts; the HTML is the server's.
    root.innerHTML = html ?? '';
    settleImages(root);
    shell.documentElement.scrollTop = 0;
  }, [shell, html]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another message may need another light
  useEffect(() => {
    const node = frame.current;
    const root = shell?.getElementById('vx');
    if (!shell || !root || !node) return;
    light(node, shell, lookOf(root), isDark);
    fitWidth(shell, root); // a sheet has an edge of its own
  }, [shell, html, isDark]);

  return (
    <iframe
      ref={frame}
      className={html === null ? s.asleep : s.frame}
      title={title}
      sandbox={FRAME_SANDBOX}
      src="/mail-frame"
      tabIndex={html === null ? -1 : 0}
    />
  );
}
