// The completion script of each shell. All ask `odw complete -- <words>`, one candidate a line: value, tab, description;
// a last line `:files` asks for file names too. What was typed is passed on as words and never evaluated.

export type Shell = "bash" | "zsh" | "fish" | "powershell";

export const COMPLETION_SCRIPTS: Record<Shell, string> = {
  bash: `# bash completion for odw
_odw() {
  local line cur="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      type compopt >/dev/null 2>&1 && compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$cur")
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <(odw complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _odw odw
`,
  zsh: `#compdef odw
_odw() {
  local line files=0
  local -a candidates
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      files=1
    else
      candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done < <(odw complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( $#candidates )) && _describe odw candidates
  (( files )) && _files
}
if [[ $funcstack[1] == _odw ]]; then _odw "$@"; else compdef _odw odw; fi
`,
  fish: `# fish completion for odw
function __odw_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  for line in (odw complete -- $words[2..] "$current" 2>/dev/null)
    if test "$line" = :files
      __fish_complete_path "$current"
    else
      echo $line
    end
  end
end
complete -c odw -f -a '(__odw_complete)'
`,
  powershell: `# PowerShell completion for odw
Register-ArgumentCompleter -Native -CommandName odw -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.StartOffset -lt $cursorPosition } | ForEach-Object { "$_" })
  if ($wordToComplete -eq '') { $words += '""' }
  odw complete '--' @words 2>$null | ForEach-Object {
    if ($_ -eq ':files') {
      [System.Management.Automation.CompletionCompleters]::CompleteFilename($wordToComplete)
    } else {
      $value, $text = $_ -split "\`t", 2
      if (-not $text) { $text = $value }
      [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $text)
    }
  }
}
`,
};
