/* SPDX-License-Identifier: GPL-2.0-only */
#include "gzip.h"

#include <errno.h>
#include <zlib.h>

#define WINDOW_BITS (15 + 16) /* 16: the header and the trailer of gzip */
#define MEMORY	    8	      /* zlib's default */

int gzip__pack(const struct buf *from, struct buf *to)
{
	z_stream stream = { .next_in = (Bytef *)from->data, .avail_in = (uInt)from->len };
	size_t most;
	int ret;

	if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, WINDOW_BITS, MEMORY,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return -ENOMEM;
	most = deflateBound(&stream, from->len);
	buf__reserve(to, most);
	stream.next_out = (Bytef *)to->data + to->len;
	stream.avail_out = (uInt)most;
	ret = deflate(&stream, Z_FINISH);
	to->len += stream.total_out;
	deflateEnd(&stream);
	return ret == Z_STREAM_END ? 0 : -EIO;
}
