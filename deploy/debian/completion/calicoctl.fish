# fish completion of calicoctl: the program itself says what may follow.
function __calicoctl_suggest
    set -l line (commandline --cut-at-cursor --current-process | string replace --regex '^.*?calicoctl' calicoctl)
    calicoctl "[suggest:"(string length -- $line)"]" $line 2>/dev/null
end
complete --command calicoctl --no-files --arguments '(__calicoctl_suggest)'
complete --command calicoctl --short-option f --require-parameter --force-files
complete --command calicoctl --short-option c --require-parameter --force-files
complete --command calico-node --no-files --arguments '--version --help --uninstall'
