/** The folders of a scan that decide whether two scans may run at once: absolute, normalised, without a slash at their end. */
export interface ScanFolders {
  directory: string;
  accept: string;
  quarantine: string;
}

function contains(folder: string, path: string): boolean {
  if (folder === path || folder === '/') return true;
  return path.length > folder.length && path.startsWith(folder) && path[folder.length] === '/';
}

function meet(one: string, other: string): boolean {
  return contains(one, other) || contains(other, one);
}

function reaches(directory: string, other: ScanFolders): boolean {
  return meet(directory, other.directory) || meet(directory, other.accept) || meet(directory, other.quarantine);
}

/** One's directory equals, contains, or lies in the other's directory, accept or quarantine. Destinations may be shared. */
export function overlap(one: ScanFolders, other: ScanFolders): boolean {
  return reaches(one.directory, other) || reaches(other.directory, one);
}
