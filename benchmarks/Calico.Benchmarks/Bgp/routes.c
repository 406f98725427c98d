/* The least that it takes to put N routes into the kernel: one thread, 1000 messages a send, the last of each acknowledged.
   routes N DEVICE GATEWAY puts N consecutive /24 from 20.0.0.0 on and prints the CPU seconds that took. */
#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum { BATCH = 1000 };

struct request {
    struct nlmsghdr header;
    struct rtmsg route;
    struct { struct rtattr head; unsigned value; } destination, gateway, device;
};

static double cpu(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static int refused(int netlink)
{
    char answer[65536];
    long length = recv(netlink, answer, sizeof answer, 0);
    if (length <= 0)
        return perror("recv"), 1;
    for (struct nlmsghdr *at = (void *)answer; NLMSG_OK(at, length); at = NLMSG_NEXT(at, length)) {
        int error = ((struct nlmsgerr *)NLMSG_DATA(at))->error;
        if (at->nlmsg_type != NLMSG_ERROR || error != 0)
            return fprintf(stderr, "the kernel answers %s\n", strerror(-error)), 1;
    }
    return 0;
}

int main(int count, char **words)
{
    if (count != 4)
        return fprintf(stderr, "routes N DEVICE GATEWAY\n"), 2;

    static struct request batch[BATCH];
    unsigned total = atoi(words[1]), device = if_nametoindex(words[2]), gateway = inet_addr(words[3]);
    int netlink = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), room = 16 << 20;
    setsockopt(netlink, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
    double before = cpu();
    for (unsigned done = 0; done < total;) {
        unsigned i = 0;
        for (; i < BATCH && done < total; i++, done++) {
            batch[i] = (struct request){
                .header = { sizeof batch[i], RTM_NEWROUTE, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_REPLACE, done, 0 },
                .route = { .rtm_family = AF_INET, .rtm_dst_len = 24, .rtm_table = RT_TABLE_MAIN, .rtm_protocol = 12, .rtm_type = RTN_UNICAST },
                .destination = { { 8, RTA_DST }, htonl((20u << 24) + (done << 8)) },
                .gateway = { { 8, RTA_GATEWAY }, gateway },
                .device = { { 8, RTA_OIF }, device },
            };
        }
        batch[i - 1].header.nlmsg_flags |= NLM_F_ACK;
        if (send(netlink, batch, i * sizeof *batch, 0) < 0)
            return perror("send"), 1;
        if (refused(netlink))
            return 1;
    }
    printf("%.4f\n", cpu() - before);
    return 0;
}
