"""What is read of a request that brings a file."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from gallery.uploads import MAX_REQUEST

# So much is read and thrown away, because a browser shows no answer before it has sent it all.
MOST_TO_THROW_AWAY = 2 * MAX_REQUEST


class LimitedUploadHandler(FileUploadHandler):
    """Of a request that is too large it reads the fields before the first file, and no file."""

    length = 0

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        self.length = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.length > MAX_REQUEST:
            raise StopUpload(connection_reset=self.length > MOST_TO_THROW_AWAY)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data  # to the handlers that keep it

    def file_complete(self, file_size: int) -> None:
        return None
