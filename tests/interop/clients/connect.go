// What a Go program does that opens an HTTPS connection. connect HOST PORT NAME ROOTS.pem ...: a line for each four arguments, in their
// order: "ok", what went wrong, or "ok, then" what went wrong once TLS stood. A ROOTS of "-" trusts what the system trusts.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

const atOnce = 8

func limit() time.Duration {
	if seconds, err := strconv.ParseFloat(os.Getenv("LIMIT_S"), 64); err == nil {
		return time.Duration(seconds * float64(time.Second))
	}
	return 5 * time.Second
}

func pool(roots string) *x509.CertPool {
	if roots == "-" {
		return nil
	}
	pem, _ := os.ReadFile(roots)
	found := x509.NewCertPool()
	found.AppendCertsFromPEM(pem)
	return found
}

func connect(host, port, name, roots string) string {
	stands := ""
	dialer := &net.Dialer{}
	transport := &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: pool(roots)},
		ForceAttemptHTTP2: true,
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, net.JoinHostPort(host, port))
		},
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit())
	defer cancel()
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
		if err == nil {
			stands = "ok, then "
		}
	}})
	request, err := http.NewRequestWithContext(ctx, "HEAD", "https://"+net.JoinHostPort(name, port)+"/", nil)
	if err != nil {
		return err.Error()
	}
	if _, err = transport.RoundTrip(request); err != nil {
		return stands + err.Error()
	}
	return "ok"
}

func main() {
	words := os.Args[1:]
	answers := make([]string, len(words)/4)
	var done sync.WaitGroup
	free := make(chan bool, atOnce)
	for i := range answers {
		free <- true
		done.Add(1)
		go func(i int) {
			answers[i] = connect(words[4*i], words[4*i+1], words[4*i+2], words[4*i+3])
			<-free
			done.Done()
		}(i)
	}
	done.Wait()
	for _, answer := range answers {
		fmt.Println(strings.ReplaceAll(answer, "\n", " "))
	}
}
