"""`dbutils.fs`: `dbfs:/` and `/Volumes` as folders of the workspace, `file:/` as it is."""

import os
import posixpath
import shutil
from collections import namedtuple


class FileInfo(namedtuple("FileInfo", "path name size modificationTime")):
    def isDir(self):
        return self.name.endswith("/")

    def isFile(self):
        return not self.isDir()


class Files:
    def __init__(self, root):
        self._root = root

    def ls(self, path):
        place = self._existing(path)
        shown = self._shown(path)
        if not os.path.isdir(place):
            return [self._entry(place, posixpath.dirname(shown))]
        names = sorted(os.listdir(place))
        return [self._entry(os.path.join(place, name), shown) for name in names]

    def head(self, path, maxBytes=65536):
        with open(self._existing(path), "rb") as file:
            return file.read(maxBytes).decode("utf-8", "replace")

    def put(self, path, contents, overwrite=False):
        place = self._local(path)
        if os.path.exists(place) and not overwrite:
            raise FileExistsError(f"{path} exists already; pass overwrite=True to replace it")
        os.makedirs(os.path.dirname(place), exist_ok=True)
        data = contents.encode()
        with open(place, "wb") as file:
            file.write(data)
        print(f"Wrote {len(data)} bytes.")
        return True

    def mkdirs(self, path):
        os.makedirs(self._local(path), exist_ok=True)
        return True

    def cp(self, source, target, recurse=False):
        origin, place = self._existing(source), self._target(source, target)
        if os.path.isdir(origin):
            if not recurse:
                raise IsADirectoryError(f"{source} is a folder; pass recurse=True")
            shutil.copytree(origin, place, dirs_exist_ok=True)
        else:
            os.makedirs(os.path.dirname(place), exist_ok=True)
            shutil.copyfile(origin, place)
        return True

    def mv(self, source, target, recurse=False):
        self.cp(source, target, recurse)
        return self.rm(source, recurse)

    def rm(self, path, recurse=False):
        place = self._local(path)
        if not os.path.lexists(place):
            return False
        if os.path.isdir(place) and not os.path.islink(place):
            if os.listdir(place) and not recurse:
                raise OSError(f"{path} is a folder that is not empty; pass recurse=True")
            shutil.rmtree(place)
        else:
            os.remove(place)
        return True

    def mounts(self):
        return []

    def mount(self, *_, **__):
        raise NotImplementedError("dbutils.fs.mount is not supported by the local workspace")

    def help(self):
        print("dbutils.fs: ls, head, put, mkdirs, cp, mv, rm")

    def _local(self, path):
        """The place on this machine of a path as notebooks write it."""
        if path.startswith("file:"):
            return os.path.normpath("/" + path[len("file:") :].lstrip("/"))
        plain = posixpath.normpath("/" + path.removeprefix("dbfs:").lstrip("/"))
        if plain.startswith("/Workspace/"):
            raise NotImplementedError(f"dbutils.fs does not reach workspace files in the local workspace: {path}")
        if plain == "/Volumes" or plain.startswith("/Volumes/"):
            return os.path.join(self._root, plain.lstrip("/"))
        return os.path.join(self._root, "dbfs", plain.lstrip("/"))

    def _existing(self, path):
        place = self._local(path)
        if not os.path.exists(place):
            raise FileNotFoundError(f"java.io.FileNotFoundException: {path} does not exist")
        return place

    def _target(self, source, target):
        place = self._local(target)
        if os.path.isdir(place) and not os.path.isdir(self._local(source)):
            return os.path.join(place, os.path.basename(self._local(source)))
        return place

    @staticmethod
    def _shown(path):
        if path.startswith("file:"):
            return path.rstrip("/")
        return "dbfs:" + posixpath.normpath("/" + path.removeprefix("dbfs:").lstrip("/"))

    @staticmethod
    def _entry(place, folder):
        facts = os.stat(place)
        is_dir = os.path.isdir(place)
        name = os.path.basename(place) + ("/" if is_dir else "")
        size = 0 if is_dir else facts.st_size
        return FileInfo(f"{folder.rstrip('/')}/{name}", name, size, int(facts.st_mtime * 1000))
