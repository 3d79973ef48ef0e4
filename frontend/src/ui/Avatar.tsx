import type { CSSProperties } from 'react';
import { hue, initials } from '@/domain/address';
import type { Address } from '@/domain/entities';
import s from './Avatar.module.css';
import { classes } from './classes';

/** Initials on one of twelve quiet hues; decoration, since the name stands beside it. */
export function Avatar(props: { of: Address | null; large?: boolean }) {
  const style = { '--hue': String(hue(props.of) * 30 + 15) } as CSSProperties;
  return (
    <span className={classes(s.avatar, props.large && s.large)} style={style} aria-hidden="true">
      {initials(props.of)}
    </span>
  );
}
