import { Download, Paperclip } from 'lucide-react';
import type { Attachment } from '@/domain/entities';
import { plural, sizeText } from '@/domain/sizes';
import s from './Attachments.module.css';

/** The files of a message, each a download. Pictures shown inside the text are left out. */
export function Attachments({ files }: { files: readonly Attachment[] }) {
  const shown = files.filter((file) => !file.inline);
  if (shown.length === 0) return null;
  const total = shown.reduce((sum, file) => sum + file.size, 0);
  return (
    <section className={s.strip} aria-label="Attachments">
      <h3 className={s.heading}>
        {plural(shown.length, 'attachment', 'attachments')}
        <span className={s.total}>{sizeText(total)}</span>
      </h3>
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
