// Judges the chains of differential.py as a Go client does: crypto/x509, Certificate.Verify.
//
// A line in: id, host, chain and roots as base64 lists, key file; a line out: id, verdict, reason.
package main

import (
	"bufio"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
)

func read(list string) ([]*x509.Certificate, error) {
	var out []*x509.Certificate
	for _, text := range strings.Split(list, ",") {
		if text == "" {
			continue
		}
		der, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, err
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, err // crypto/tls, verifyServerCertificate: every certificate sent must be read
		}
		out = append(out, cert)
	}
	return out, nil
}

func verify(host, chainText, rootsText string) error {
	chain, err := read(chainText)
	if err != nil {
		return err
	}
	options := x509.VerifyOptions{DNSName: host, Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool()}
	for _, text := range strings.Split(rootsText, ",") {
		if one, err := read(text); err == nil { // CertPool.AppendCertsFromPEM passes over what it cannot read
			for _, c := range one {
				options.Roots.AddCert(c)
			}
		}
	}
	for _, c := range chain[1:] {
		options.Intermediates.AddCert(c)
	}
	_, err = chain[0].Verify(options)
	return err
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	for in.Scan() {
		f := strings.Split(in.Text(), "\t")
		if err := verify(f[1], f[2], f[3]); err != nil {
			fmt.Printf("%s\treject\t%s\n", f[0], strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Printf("%s\taccept\t\n", f[0])
		}
	}
}
