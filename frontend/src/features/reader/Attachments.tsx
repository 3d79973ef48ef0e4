import { Download, Paperclip } from 'lucide-react';
import type { Attachment, EmailDetail } from '@/domain/entities';
import { plural, sizeText } from '@/domain/sizes';
import s from './Attachments.module.css';

/** The files that belong below the text: those shown inside it are left out. */
function filesBelow(detail: EmailDetail): Attachment[] {
  const isTextComplete = detail.html !== null && !detail.html.includes('data-vx-cid=');
  return detail.attachments.filter((file) => !(file.inline && isTextComplete));
}

/** The files of a message, each a download. */
export function Attachments({ detail }: { detail: EmailDetail }) {
  const shown = filesBelow(detail);
  if (shown.length === 0) return null;
  const total = shown.reduce((sum, file) => sum + file.size, 0);
  return (
    <section className={s.strip} aria-label="Attachments">
      <h2 className={s.heading}>
        {plural(shown.length, 'attachment', 'attachments')}
        <span className={s.total}>{sizeText(total)}</span>
      </h2>
      <ul className={s.files}>
        {shown.map((file) => {
          const name = file.filename || 'Unnamed file';
          return (
            <li key={file.id}>
              <a className={s.file} href={file.download_url} download={name} title={`Download ${name}`}>
                <Paperclip size={16} aria-hidden="true" />
                <bdi className={s.name}>{name}</bdi>
                <span className={s.size}>{sizeText(file.size)}</span>
                <Download size={16} aria-hidden="true" className={s.get} />
              </a>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
