/* What the peers and the kernel take by themselves: a router that only passes on. It answers each OPEN and KEEPALIVE, and writes every UPDATE of the
   first peer to all others as it came, without a look inside.
   relay ADDRESS PORT PEERS AS */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { OPEN = 1, UPDATE = 2, KEEPALIVE = 4, HEADER = 19, MOST = 1100, ROOM = 256 * 1024 };

static struct pollfd peers[MOST + 1]; /* the first is the listener */
static unsigned char arrived[MOST + 1][4096], buffer[ROOM];
static unsigned have[MOST + 1], number = 65000;
static int count = 1, feeder; /* the one that has sent the first UPDATE */

static void put(int peer, const unsigned char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(peers[peer].fd, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0)
            exit(1);
        bytes += sent;
        length -= sent;
    }
}

static void put_message(int peer, unsigned char type, const unsigned char *body, unsigned length)
{
    unsigned char message[128];
    memset(message, 0xff, 16);
    message[16] = (HEADER + length) >> 8;
    message[17] = HEADER + length;
    message[18] = type;
    memcpy(message + HEADER, body, length);
    put(peer, message, HEADER + length);
}

static void greet(int peer)
{
    unsigned char open[] = { 4, number >> 8, number, 0, 240, 10, 99, 0, 1, 14, 2, 12, 1, 4, 0, 1, 0, 1, 65, 4, number >> 24, number >> 16, number >> 8, number };
    put_message(peer, OPEN, open, sizeof open);
    put_message(peer, KEEPALIVE, NULL, 0);
}

/* Returns how many octets of whole messages there were. UPDATEs stand one after the other, and go out as they stand. */
static size_t take(int peer, const unsigned char *bytes, size_t length)
{
    size_t at = 0, from = 0;
    while (length - at >= HEADER) {
        size_t size = bytes[at + 16] << 8 | bytes[at + 17];
        if (length - at < size)
            break;
        if (bytes[at + 18] == UPDATE)
            feeder = peer;
        else
            from = at + size;
        if (bytes[at + 18] == OPEN)
            greet(peer);
        at += size;
    }
    for (int other = 1; at > from && feeder == peer && other < count; other++)
        if (other != peer)
            put(other, bytes + from, at - from);
    return at;
}

static void hear(int peer)
{
    memcpy(buffer, arrived[peer], have[peer]);
    ssize_t read = recv(peers[peer].fd, buffer + have[peer], ROOM - have[peer], 0);
    if (read <= 0)
        exit(0);
    size_t length = have[peer] + read, taken = take(peer, buffer, length);
    have[peer] = length - taken;
    memcpy(arrived[peer], buffer + taken, have[peer]);
}

int main(int words, char **word)
{
    if (words != 5)
        return fprintf(stderr, "relay ADDRESS PORT PEERS AS\n"), 2;
    int one = 1, wanted = atoi(word[3]);
    number = atoi(word[4]);
    struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(atoi(word[2])), .sin_addr.s_addr = inet_addr(word[1]) };
    peers[0] = (struct pollfd){ socket(AF_INET, SOCK_STREAM, 0), POLLIN, 0 };
    setsockopt(peers[0].fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (wanted > MOST || bind(peers[0].fd, (void *)&here, sizeof here) < 0 || listen(peers[0].fd, MOST) < 0)
        return perror("relay"), 1;
    for (;;) {
        poll(peers, count, -1);
        for (int peer = 1; peer < count; peer++)
            if (peers[peer].revents)
                hear(peer);
        if (peers[0].revents && count <= wanted)
            peers[count++] = (struct pollfd){ accept(peers[0].fd, NULL, NULL), POLLIN, 0 };
    }
}
